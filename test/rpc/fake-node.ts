/** A DfsNode in memory, with the switches that tests of the door and of the command line need. */
import { TypedEventEmitter } from '@libp2p/interface'
import { AbortError, FileExistsError, FileNotFoundError, InvalidRecoveryCodeError, NotDurableError, SourceError, WrongPassphraseError } from '../../src/errors.js'
import type {
  Deleted, DeletedOptions, DfsNode, DfsNodeEvents, FileInfo, FileResult, FolderInfo, FolderListOptions, GcOptions, GcResult, GetOptions, InviteOptions, ListOptions, MemberInfo,
  MoveOptions, PassphraseChange, PeerInfo, PutOptions, RestoreOptions, Revoked, Role, SettingsChange, ShareOptions, Source, Status, SyncedOptions, UsageInfo, UsageOptions,
  VaultSettings, VerifyOptions, VerifyResult, VersionInfo, Why, WriteOptions
} from '../../src/api/node.js'
import { isPath, readingFile } from '../../src/disk/local-file.js'

export const RECOVERY_CODE = 'dfs-recovery1canarycanarycanary'
const PEER = '12D3KooWFake'
const SIXTY_FOUR_KIB = 64 * 1024

export class FakeNode extends TypedEventEmitter<DfsNodeEvents> implements DfsNode {
  readonly peer = PEER
  readonly vault = 'k7qf2mabcdefghij'
  readonly role: Role = 'owner'
  readonly addresses = ['/ip4/127.0.0.1/tcp/14040/p2p/12D3KooWFake']
  readonly files = new Map<string, { bytes: Uint8Array, info: FileInfo }>()
  stopped = 0
  /** Set: a get fails with this after so many bytes. */
  getFails: { after: number, error: Error } | undefined
  /** Set: a put that has read everything waits for ever, for its signal. */
  waitForOthers = false
  /** Set: a put fails with this before it reads. */
  putFails: Error | undefined
  readonly signals: AbortSignal[] = []
  /** How much a put has taken from its source. */
  taken = 0
  /** How many bytes gets have handed out. */
  given = 0
  /** The `ifVersion` of each put. */
  readonly expected: Array<string | null | undefined> = []
  checkedCodes: string[] = []
  /** How many rows lists have handed out. */
  listed = 0
  invited: InviteOptions[] = []
  readonly revoked: string[] = []
  /** The passphrase of its folder. */
  passphrase: string | undefined
  /** Resolves before each piece is taken: a slow disk. */
  beforePiece: () => Promise<void> = async () => {}

  async start (): Promise<void> {}
  async stop (): Promise<void> { this.stopped++ }
  async [Symbol.asyncDispose] (): Promise<void> { await this.stop() }

  async put (name: string, source: Source, options: PutOptions = {}): Promise<FileResult> {
    const { signal, onProgress } = options
    if (isPath(source)) return readingFile(source, ({ bytes, ...file }) => this.put(name, bytes, { ...file, ...options }), signal)
    if (signal !== undefined) this.signals.push(signal)
    this.expected.push(options.ifVersion)
    if (this.putFails !== undefined) throw this.putFails
    const pieces: Uint8Array[] = []
    let read = 0
    for await (const piece of source instanceof Uint8Array ? [source] : source as AsyncIterable<Uint8Array>) {
      if (signal?.aborted === true) throw new AbortError('The operation was aborted')
      await this.beforePiece()
      pieces.push(piece)
      read += piece.length
      this.taken += piece.length
      onProgress?.({ type: 'file:put:read', bytes: read, ...(options.size === undefined ? {} : { total: options.size }) })
    }
    const bytes = new Uint8Array(Buffer.concat(pieces))
    if (options.size !== undefined && bytes.length !== options.size) throw new SourceError('The source has another length than was said')
    const before = this.files.get(name)
    const copies = [{ peer: PEER, label: 'laptop', blocks: 1, bytes: bytes.length }]
    if (before !== undefined && Buffer.compare(before.bytes, bytes) === 0) return { ...before.info, copies }
    const info: FileInfo = { name, version: `version-of-${name}${before === undefined ? '' : '+'}`, cid: 'bafyfake', size: bytes.length, time: new Date(0), conflict: false, ...(options.mtime === undefined ? {} : { mtime: options.mtime }), ...(options.type === undefined ? {} : { type: options.type }), ...(options.props === undefined ? {} : { props: options.props }) }
    this.files.set(name, { bytes, info })
    const file = { ...info, copies }
    if (this.waitForOthers) {
      onProgress?.({ type: 'file:put:receipt', peer: 'waiting' })
      const cause = await aborted(signal)
      throw new NotDurableError('Saved here, but on 1 of 2 machines: nas is away. It is kept', { reached: 1, wanted: 2, file, cause })
    }
    return file
  }

  /** What verify finds; it reads ten blocks first. */
  found: VerifyResult = { ok: true, index: [], blocks: 10, bytes: 1000, damaged: { blocks: 0, repaired: 0, list: [] }, adopted: { blocks: 0, bytes: 0 }, strange: 0 }
  /** Set: verify reads no further than this many blocks, and waits for ever, for its signal. */
  verifyStops = Infinity

  async verify ({ signal, onProgress }: VerifyOptions = {}): Promise<VerifyResult> {
    onProgress?.({ type: 'store:verify:index' })
    for (let n = 1; n <= 10; n++) {
      if (n > this.verifyStops) throw await aborted(signal)
      onProgress?.({ type: 'store:verify:read', bytes: n * 100, total: 1000 })
    }
    return this.found
  }

  async * get (name: string, options: GetOptions = {}): AsyncGenerator<Uint8Array> {
    if (options.signal !== undefined) this.signals.push(options.signal)
    const file = this.files.get(name)
    if (file === undefined) throw new FileNotFoundError(`No file named "${name}"`)
    const { offset = 0, length = Infinity } = options
    const bytes = file.bytes.subarray(offset, offset + length)
    for (let at = 0; at < bytes.length; at += SIXTY_FOUR_KIB) {
      options.signal?.throwIfAborted()
      if (this.getFails !== undefined && at >= this.getFails.after) throw this.getFails.error
      const piece = bytes.subarray(at, at + SIXTY_FOUR_KIB)
      options.onProgress?.({ type: 'file:get:fetched', peer: 'nas', bytes: piece.length })
      options.onProgress?.({ type: 'file:get:read', bytes: at + piece.length, total: bytes.length })
      this.given += piece.length
      yield piece
    }
  }

  readonly shared: Array<[string, ShareOptions]> = []

  async share (name: string, options: ShareOptions = {}): Promise<string> {
    await this.stat(name)
    const { signal: _signal, ...rest } = options
    this.shared.push([name, rest])
    return `dfs-link1${Buffer.from(name).toString('hex')}`
  }

  async stat (name: string): Promise<FileInfo> {
    const file = this.files.get(name)
    if (file === undefined) throw new FileNotFoundError(`No file named "${name}"`)
    return file.info
  }

  list (options?: ListOptions & { delimiter?: undefined }): AsyncGenerator<FileInfo>
  list (options: FolderListOptions): AsyncGenerator<FileInfo | FolderInfo>
  async * list ({ prefix = '', delimiter, after = '', limit = Infinity }: ListOptions & { delimiter?: string } = {}): AsyncGenerator<FileInfo | FolderInfo> {
    const rows = new Map<string, FileInfo | FolderInfo>()
    for (const [name, { info }] of this.files) {
      if (!name.startsWith(prefix)) continue
      const at = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length)
      const fold = name.slice(0, at + (delimiter?.length ?? 0))
      rows.set(at === -1 ? name : fold, at === -1 ? info : { prefix: fold })
    }
    const bytes = (text: string): Buffer => Buffer.from(text)
    const names = [...rows.keys()].filter((name) => bytes(name).compare(bytes(after)) > 0).sort((a, b) => bytes(a).compare(bytes(b)))
    for (const name of names.slice(0, limit)) {
      this.listed++
      const row = rows.get(name)
      if (row !== undefined) yield row
    }
  }

  async * du ({ prefix = '', delimiter = '/' }: UsageOptions = {}): AsyncGenerator<UsageInfo> {
    const below = (prefix: string): UsageInfo => {
      const sizes = [...this.files].filter(([name]) => name.startsWith(prefix)).map(([, { info }]) => info.size)
      const size = sizes.reduce((sum, size) => sum + size, 0)
      return { prefix, files: sizes.length, size, bytes: 2 * size }
    }
    for await (const row of this.list({ prefix, delimiter })) if ('prefix' in row) yield below(row.prefix)
    yield below(prefix)
  }

  readonly deletedAt = new Map<string, Date>()
  readonly gone = new Map<string, { bytes: Uint8Array, info: FileInfo }>()
  readonly restored: Array<[string, string | undefined]> = []
  readonly moved: Array<[string, string, boolean | undefined]> = []

  async * history (name: string): AsyncGenerator<VersionInfo> {
    const { version, cid, size, time } = await this.stat(name)
    const writer = { peer: PEER, label: 'laptop' }
    yield { name, version, kind: 'put', state: 'head', current: true, time, writer, after: ['older'], cid, size, bytes: size, here: true }
    yield { name, version: 'older', kind: 'delete', state: 'superseded', current: false, time, writer, after: [] }
  }

  /** What deletes, restores and moves were given as durable. */
  readonly durables: Array<number | undefined> = []

  async delete (name: string, { durable }: WriteOptions = {}): Promise<Deleted> {
    this.durables.push(durable)
    await this.stat(name)
    const file = this.files.get(name)
    if (file !== undefined) this.gone.set(name, file)
    this.files.delete(name)
    return { name, version: 'deleted', time: new Date(0) }
  }

  async * deleted ({ prefix = '' }: DeletedOptions = {}): AsyncGenerator<Deleted> {
    for (const name of [...this.gone.keys()]) if (name.startsWith(prefix)) yield { name, version: 'deleted', time: this.deletedAt.get(name) ?? new Date(0) }
  }

  async restore (name: string, version?: string, { onProgress, durable }: RestoreOptions = {}): Promise<FileInfo> {
    this.durables.push(durable)
    this.restored.push([name, version])
    const file = this.gone.get(name)
    if (file !== undefined) this.files.set(name, file)
    this.gone.delete(name)
    onProgress?.({ type: 'file:restore:here', bytes: 1, total: 2 })
    return this.stat(name)
  }

  async mv (from: string, to: string, { force, durable }: MoveOptions = {}): Promise<FileInfo> {
    this.durables.push(durable)
    if (this.files.has(to) && force !== true) throw new FileExistsError(`"${to}" is there already. Nothing was moved`)
    this.moved.push([from, to, force])
    const info = { ...await this.stat(from), name: to }
    const file = this.files.get(from)
    if (file !== undefined) this.files.set(to, { ...file, info })
    this.files.delete(from)
    return info
  }

  async copy (from: string, to: string, options: MoveOptions = {}): Promise<FileInfo> {
    this.copied.push([from, to, options])
    if (this.files.has(to) && options.force !== true) throw new FileExistsError(`"${to}" is there already. Nothing was changed`)
    const file = this.files.get(from)
    const info = { ...await this.stat(from), name: to }
    if (file !== undefined) this.files.set(to, { ...file, info })
    return info
  }

  readonly copied: Array<[string, string, MoveOptions]> = []

  async why (name: string): Promise<Why> {
    const { value: current } = await this.history(name).next() as { value: VersionInfo }
    return { name, current, versions: 2, conflict: [], here: { whole: true }, members: [{ peer: 'p', label: 'nas', connected: true, present: true, wrote: false, knows: true, word: new Date(0) }] }
  }

  async evict (name: string): Promise<{ blocks: number, bytes: number, peer: string }> {
    const { size } = await this.stat(name)
    return { blocks: 1, bytes: size, peer: 'nas' }
  }

  async invite (options: InviteOptions): Promise<string> {
    this.invited.push(options)
    return 'dfs-invite1fake'
  }

  async revoke (target: string): Promise<Revoked> {
    this.revoked.push(target)
    return { kind: 'member', label: 'nas', peer: PEER }
  }

  async members (): Promise<MemberInfo[]> {
    return [{ peer: PEER, label: 'laptop\u001b[31m', operator: '', role: 'owner', self: true, connected: false, present: true, addresses: [], since: new Date(0) }]
  }

  async peers (): Promise<PeerInfo[]> { return [] }

  async status (): Promise<Status> {
    return {
      peer: PEER, label: 'laptop', operator: '', vault: this.vault, role: this.role, running: true, since: new Date(0), addresses: this.addresses, passphrase: this.passphrase !== undefined,
      members: { total: 1, connected: 0 }, visitors: 0, files: this.files.size, bytes: 0, entries: this.files.size,
      sync: { inSync: 0, of: 0, entries: 0, versions: 0, bytes: 0 }, forks: [],
      disk: { capacity: 1e9, used: 0, free: 2e9, index: 0, reserve: 0, readOnly: false, quarantined: 0 }, garbage: { trash: { blocks: 0, bytes: 0 } }, notes: [], refused: {}
    }
  }

  readonly collected: boolean[] = []
  async gc ({ dryRun = false, onProgress }: GcOptions = {}): Promise<GcResult> {
    this.collected.push(dryRun)
    onProgress?.({ type: 'garbage:collect:dead', versions: 1, blocks: 2, bytes: 3000 })
    return {
      dryRun,
      dead: { versions: 1, blocks: 2, bytes: 3000 },
      uploads: { uploads: 0, blocks: 0, bytes: 0 },
      emptied: { blocks: 1, bytes: 500 },
      guarded: { versions: 4, bytes: 7000, next: new Date(86400e3) },
      trash: { blocks: 2, bytes: 3000, until: new Date(2 * 86400e3) }
    }
  }

  async changePassphrase ({ from, to }: PassphraseChange): Promise<void> {
    if (from !== this.passphrase) throw new WrongPassphraseError('That is not the passphrase of these keys')
    this.passphrase = to
  }

  readonly set_: SettingsChange[] = []
  /** Whom synced was asked to wait for. */
  readonly waitedFor: unknown[] = []
  async synced ({ members }: SyncedOptions = {}): Promise<void> { this.waitedFor.push(members) }
  async settings (): Promise<VaultSettings> { return { copies: 3, keep: 10, retention: 30 * 86400e3, scope: 'lineage', made: ['keep'] } }
  async set (change: SettingsChange): Promise<VaultSettings> {
    this.set_.push(change)
    return this.settings()
  }

  async recoveryCode (): Promise<string> { return RECOVERY_CODE }

  async checkRecoveryCode (code: string): Promise<boolean> {
    this.checkedCodes.push(code)
    if (!code.startsWith('dfs-recovery1')) throw new InvalidRecoveryCodeError('This is no recovery code')
    return code.replace(/\s/g, '') === RECOVERY_CODE
  }
}

async function aborted (signal: AbortSignal | undefined): Promise<AbortError> {
  await new Promise<void>((resolve) => {
    if (signal?.aborted === true) resolve()
    signal?.addEventListener('abort', () => { resolve() })
  })
  return new AbortError('The operation was aborted')
}
