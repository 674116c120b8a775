/**
 * This node runs in another process: every call is one request through the local socket of its
 * folder.
 */
import { randomUUID } from 'node:crypto'
import { TypedEventEmitter, type AbortOptions } from '@libp2p/interface'
import { DfsError, NodeStoppedError, TimeoutError } from '../errors.js'
import type {
  Deleted, DeletedOptions, DfsNode, DfsNodeEvents, Evicted, EvictOptions, FileInfo, FileResult, FolderInfo, FolderListOptions, GcOptions, GcResult, GetOptions, InviteOptions, ListOptions, MemberInfo,
  MembersOptions, MoveOptions, PassphraseChange, PathSource, PeerInfo, ProgressOptions, PutOptions, RestoreOptions, Revoked, RevokeOptions, Role, SettingsChange,
  ShareOptions, Source, Status, UsageInfo, UsageOptions, VaultSettings, VerifyOptions,
  SyncedOptions, VerifyResult, VersionInfo, Why, WriteOptions
} from '../api/node.js'
import { type PlainSource, plainSource } from '../api/plain-source.js'
import { isPath, readingFile } from '../disk/local-file.js'
import { readPointer } from './socket-path.js'
import { aborted, DoorClosed, endWith, lines, lost, throwIfAborted, Wire } from './requests.js'
import { upload } from './upload.js'
import { type Call, DOOR_API, type ErrorJson, errorFromJson, fromHeader, HEADER_OPERATION, HEADER_OPTIONS, HEADER_TOTAL, type NodeFacts, type PutLine, type StreamCall, type StreamLine, toHeader, TRAILER_ERROR, TRAILER_FETCHED } from './wire.js'

/** A node has this long to answer how a cancelled call ended. */
export const CANCEL_MS = 5_000

/**
 * A node must identify itself within this time; a stopped process or an overloaded machine may take
 * longer.
 */
export const DOOR_ANSWER_MS = 10_000

/**
 * Resolves to the node that runs in `dir`; undefined when none does.
 *
 * @throws TimeoutError when the node does not answer
 */
export async function connectRpc (dir: string, options: AbortOptions & { answerMs?: number } = {}): Promise<RemoteNode | undefined> {
  const path = await readPointer(dir)
  if (path === undefined) return undefined
  const wire = new Wire(path)
  const limit = AbortSignal.timeout(options.answerMs ?? DOOR_ANSWER_MS)
  try {
    const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit])
    const facts = await wire.json('GET', '/v1/node', undefined, { signal }) as NodeFacts
    if (facts.api !== DOOR_API) throw new DfsError('OTHER_VERSION', 'The node that runs in this folder is of another version of dfs: start it again')
    return new RemoteNode(wire, facts)
  } catch (error) {
    wire.close()
    if (error instanceof DoorClosed) return undefined
    if (limit.aborted && options.signal?.aborted !== true) throw new TimeoutError('The node that runs in this folder does not answer', { cause: error })
    throw error
  }
}

export class RemoteNode extends TypedEventEmitter<DfsNodeEvents> implements DfsNode {
  constructor (private readonly wire: Wire, private readonly facts: NodeFacts) { super() }

  get peer (): string { return this.facts.peer }
  get vault (): string { return this.facts.vault }
  get role (): Role { return this.facts.role as Role }
  get addresses (): string[] { return this.facts.addresses }

  /** Does nothing: the node already runs. */
  async start (): Promise<void> {}
  /** Closes the connections of this client; the node goes on. */
  async stop (): Promise<void> { this.wire.close() }
  async [Symbol.asyncDispose] (): Promise<void> { await this.stop() }

  async stat (name: string, options: AbortOptions & { version?: string } = {}): Promise<FileInfo> { return this.call('stat', [name], options) }
  async delete (name: string, options: WriteOptions = {}): Promise<Deleted> { return this.call('delete', [name], options) }
  async restore (name: string, version?: string, options: RestoreOptions = {}): Promise<FileInfo> {
    for await (const info of this.stream<FileInfo>('restore', [name, version], options)) return info
    throw lost(undefined)
  }

  async mv (from: string, to: string, options: MoveOptions = {}): Promise<FileInfo> { return this.call('mv', [from, to], options) }
  async copy (from: string, to: string, options: MoveOptions = {}): Promise<FileInfo> { return this.call('copy', [from, to], options) }
  async why (name: string, options: AbortOptions = {}): Promise<Why> { return this.call('why', [name], options) }
  async evict (name: string, options: EvictOptions = {}): Promise<Evicted> { return this.call('evict', [name], options) }
  async share (name: string, options: ShareOptions = {}): Promise<string> { return this.call('share', [name], fromNow(options)) }
  async invite (options: InviteOptions): Promise<string> { return this.call('invite', [], fromNow(options)) }

  async revoke (target: string, options: RevokeOptions = {}): Promise<Revoked> { return this.call('revoke', [target], options) }
  async members (options: MembersOptions = {}): Promise<MemberInfo[]> { return this.call('members', [], options) }
  async peers (options: AbortOptions = {}): Promise<PeerInfo[]> { return this.call('peers', [], options) }
  async status (options: AbortOptions = {}): Promise<Status> { return this.call('status', [], options) }
  async synced (options: SyncedOptions = {}): Promise<void> { await this.call('synced', [], options) }
  async gc (options: GcOptions = {}): Promise<GcResult> {
    for await (const result of this.stream<GcResult>('gc', [], options)) return result
    throw lost(undefined)
  }

  async settings (options: AbortOptions = {}): Promise<VaultSettings> { return this.call('settings', [], options) }
  async set (change: SettingsChange, options: AbortOptions = {}): Promise<VaultSettings> { return this.call('set', [change], options) }
  async recoveryCode (options: AbortOptions = {}): Promise<string> { return this.call('recoveryCode', [], options) }
  async checkRecoveryCode (code: string, options: AbortOptions = {}): Promise<boolean> { return this.call('checkRecoveryCode', [code], options) }
  async changePassphrase (change: PassphraseChange): Promise<void> { await this.call('changePassphrase', [], change) }

  async verify (options: VerifyOptions = {}): Promise<VerifyResult> {
    for await (const result of this.stream<VerifyResult>('verify', [], options)) return result
    throw lost(undefined)
  }

  list (options?: ListOptions & { delimiter?: undefined }): AsyncGenerator<FileInfo>
  list (options: FolderListOptions): AsyncGenerator<FileInfo | FolderInfo>
  list (options: ListOptions & { delimiter?: string } = {}): AsyncGenerator<FileInfo | FolderInfo> { return this.stream('list', [], options) }
  du (options: UsageOptions = {}): AsyncGenerator<UsageInfo> { return this.stream('du', [], options) }
  deleted (options: DeletedOptions = {}): AsyncGenerator<Deleted> { return this.stream('deleted', [], options) }
  history (name: string, options: AbortOptions = {}): AsyncGenerator<VersionInfo> { return this.stream('history', [name], options) }

  async * get (name: string, options: GetOptions = {}): AsyncGenerator<Uint8Array> {
    const { signal, onProgress, ...rest } = options
    throwIfAborted(signal)
    const request = this.wire.open('GET', '/v1/get', { [HEADER_OPTIONS]: toHeader({ name, options: rest }) })
    const ended = endWith(request, signal)
    try {
      request.end()
      const response = await this.wire.head(request)
      const total = Number(response.headers[HEADER_TOTAL] ?? 0)
      let bytes = 0
      for await (const piece of response as AsyncIterable<Uint8Array>) {
        bytes += piece.length
        onProgress?.({ type: 'file:get:read', bytes, total })
        yield piece
      }
      const fetched = response.trailers[TRAILER_FETCHED]
      for (const [peer, count] of Object.entries(fetched === undefined ? {} : fromHeader(fetched) as Record<string, number>)) {
        onProgress?.({ type: 'file:get:fetched', peer, bytes: count })
      }
      const error = response.trailers[TRAILER_ERROR]
      if (error !== undefined) throw errorFromJson(fromHeader(error) as ErrorJson)
    } catch (error) {
      if (signal?.aborted === true) throw aborted(signal)
      throw error instanceof DfsError ? error : lost(error)
    } finally {
      ended()
      request.destroy()
    }
  }

  async put (name: string, source: Source, options: PutOptions = {}): Promise<FileResult> {
    throwIfAborted(options.signal)
    const { source: plain, size } = plainSource(source)
    if (!isPath(plain)) return this.send(name, plain, size === undefined ? options : { ...options, size: options.size ?? size })
    return readingFile(plain, ({ bytes, ...file }) => this.send(name, bytes, { ...file, ...options }), options.signal).catch((error: unknown) => {
      throw options.signal?.aborted === true && !(error instanceof DfsError) ? aborted(options.signal) : error
    })
  }

  private async send (name: string, source: Exclude<PlainSource, PathSource>, options: PutOptions): Promise<FileResult> {
    const { signal, onProgress, ...rest } = options
    throwIfAborted(signal)
    const id = randomUUID()
    const request = this.wire.open('POST', '/v1/put', { [HEADER_OPTIONS]: toHeader({ name, options: rest }), [HEADER_OPERATION]: id })
    let failure: Error | undefined
    let impatient: NodeJS.Timeout | undefined
    // the node answers how the put ended: nothing is kept, or the version is
    const cancel = (): void => {
      impatient = setTimeout(() => request.destroy(), CANCEL_MS)
      this.wire.json('POST', `/v1/cancel/${id}`, undefined, {}).catch(() => request.destroy())
    }
    signal?.addEventListener('abort', cancel, { once: true })
    upload(request, source).catch((error: Error) => {
      failure = error
      request.destroy()
    })
    let result: FileResult | undefined
    try {
      // the answer is read to its end, so that the connection can serve the next call
      for await (const line of lines<PutLine>(await this.wire.head(request))) {
        if ('error' in line) throw errorFromJson(line.error)
        if ('result' in line) result = line.result as FileResult
        else onProgress?.(line.progress)
      }
      if (result === undefined) throw lost(undefined)
      return result
    } catch (error) {
      if (result !== undefined) return result
      if (failure !== undefined) throw signal?.aborted === true ? aborted(signal) : failure
      throw signal?.aborted === true && error instanceof NodeStoppedError ? aborted(signal) : error
    } finally {
      signal?.removeEventListener('abort', cancel)
      clearTimeout(impatient)
      request.destroy()
    }
  }

  /**
   * Calls a method that yields several results: each is yielded when it arrives, and leaving the
   * loop ends the call.
   */
  private async * stream<T> (call: StreamCall, args: unknown[], { signal, onProgress, ...options }: AbortOptions & ProgressOptions): AsyncGenerator<T> {
    throwIfAborted(signal)
    const request = this.wire.open('POST', `/v1/stream/${call}`, { 'content-type': 'application/json' })
    const ended = endWith(request, signal)
    try {
      request.end(JSON.stringify([...args, options]))
      for await (const line of lines<StreamLine>(await this.wire.head(request))) {
        if (line.error !== undefined) throw errorFromJson(line.error)
        if (line.end === true) return
        if (line.progress !== undefined) onProgress?.(line.progress)
        if (line.result !== undefined) yield line.result as T
      }
      throw lost(undefined)
    } catch (error) {
      if (signal?.aborted === true) throw aborted(signal)
      throw error
    } finally {
      ended()
      request.destroy()
    }
  }

  /** Calls one method; the options are sent as the last argument. */
  private async call<T> (call: Call, args: unknown[], { signal, ...options }: AbortOptions): Promise<T> {
    const { result } = await this.wire.json('POST', `/v1/call/${call}`, [...args, options], signal === undefined ? {} : { signal }) as { result: T }
    return result
  }
}

/**
 * Converts an absolute end time to milliseconds from now, the form in which the request carries it.
 */
function fromNow<T extends { expires?: Date | number }> (options: T): T {
  const { expires } = options
  return expires instanceof Date ? { ...options, expires: expires.getTime() - Date.now() } : options
}
