import { randomBytes } from 'node:crypto'
import type { CID } from 'multiformats/cid'
import { multiaddr } from '@multiformats/multiaddr'
import { check, readKeys, vaultKeys, type ReadKeys } from '../../protocols/vault/keys.js'
import { equal } from '../../protocols/block/hash.js'
import { ProtocolError } from '../../protocols/errors.js'
import { makeGrant } from '../../protocols/vault/grant.js'
import { createInvite } from '../../protocols/vault/invite.js'
import { LINK_ID_BYTES } from '../../protocols/vault/limits.js'
import { createLink } from '../../protocols/vault/link.js'
import type { DeleteEntry, ForgetEntry, PutEntry, RevokeEntry } from '../../protocols/vault/entry.js'
import { makePut, makeRevoke, makeSetting } from '../../protocols/vault/make-entry.js'
import { nextAfter } from '../../protocols/vault/history.js'
import { LINEAGE_BYTES } from '../../protocols/vault/limits.js'
import type { Scope } from '../../protocols/vault/settings.js'
import { tagOf, type PutPrivate } from '../../protocols/vault/private-part.js'
import { base32, recoveryText } from '../../protocols/vault/text.js'
import { LastOwnerError, NotAllowedError } from '../errors.js'
import { countEntries, entryById, totals } from '../index/queries/entries.js'
import type { Statement } from '../index/statement.js'
import { KeyedLock } from '../async/keyed-lock.js'
import { sawMember } from '../index/queries/members.js'
import { returnedTotal } from '../index/queries/missing.js'
import { sumsFrom, type Sums } from '../index/queries/name-list.js'
import type { Deleted, FileInfo, FolderInfo, Fork, PutOptions, Role, SettingsChange, VaultSettings } from '../api/node.js'
import { EntryWriter } from './entries/entry-writer.js'
import { carriedBy, opened } from './entries/lineage.js'
import { cutOf } from './entries/revocation-cut.js'
import { newLineage } from './members/create-vault.js'
import { deletedNames } from './entries/deleted.js'
import { history, newestOf, type PastVersion } from './entries/history.js'
import { EntryLog, type Commit } from './entries/entry-log.js'
import { MemberNames } from './members/member-names.js'
import { Members, type Member } from './members/members.js'
import { checkName, folders, infoOf, list, lookup, openStored, saysTheSame, similar, versionsOf, type Found } from './entries/names.js'
import { parseRecoveryCode } from './keys/recover.js'
import { KnownSettings, withChange } from './entries/settings.js'
import { entryRow } from './entries/entry-rows.js'
import { checkPrecondition, type IfVersion } from './entries/precondition.js'
import type { NewVersion, PutPlan, VaultParts, VersionUpload } from './vault-init.js'
import type { OpenVersion, NameWriter } from './entries/name-writer.js'

/** Returns the message for a revoked machine. */
export const outText = (revoked: Date): string => `This machine was taken out of the vault by an owner, on ${revoked.toISOString().slice(0, 10)}: nothing that it writes counts any more, and no member talks to it`

/** One vault as this node knows it: its members, its names, and what this node may do. */
export class Vault {
  readonly entries: EntryLog
  readonly writer: EntryWriter | undefined
  private readonly keys: ReadKeys | undefined
  readonly settings: KnownSettings
  /** Names of the members. */
  readonly names: MemberNames
  /** The entry writer of the vault key; owners only. */
  private vaultAuthor: EntryWriter | undefined
  private readonly setting = new KeyedLock()
  private readonly out = new AbortController()

  constructor (private readonly parts: VaultParts) {
    const { db, secrets, onChange } = parts
    const [first] = secrets.reads
    const newest = secrets.reads.at(-1)
    this.keys = newest === undefined ? undefined : readKeys(newest, first)
    this.settings = new KnownSettings(db)
    this.entries = new EntryLog({ db, members: new Members(db), verifier: parts.verifier, logger: parts.logger }, {
      vault: secrets.vault,
      keys: this.keys,
      room: parts.room,
      onChange: (change, encoded, from) => {
        if ('entry' in change && change.entry.kind === 'setting') this.settings.changed()
        if (change.gone !== undefined && change.gone.length > 0) this.lookForSelf()
        onChange(change, encoded, from)
      }
    })
    const { members, revocations } = this.entries
    this.names = new MemberNames({
      version: () => members.version,
      members: () => [
        ...members.all().map(({ peer, label, since }) => ({ peer, label, since, revoked: false })),
        ...revocations.revoked().filter(({ member: { peer } }) => members.get(peer) === undefined).map(({ member: { peer, label, since } }) => ({ peer, label, since, revoked: true }))
      ]
    })
    this.writer = secrets.writer === undefined ? undefined : new EntryWriter(db, secrets.vault, this.epoch, secrets.writer)
  }

  get id (): string { return base32(this.parts.secrets.vault) }
  get role (): Role { return this.parts.secrets.role }
  get recoveryChecked (): boolean { return this.parts.secrets.recoveryChecked }
  get unknownEntries (): number { return this.entries.unknown }
  get refused (): Record<string, number> { return this.entries.refused }
  private get epoch (): number { return Math.max(0, this.parts.secrets.reads.length - 1) }

  /** @throws NotAllowedError for role store, which has no key to any content */
  readKeys (): ReadKeys {
    if (this.keys === undefined) throw new NotAllowedError('This node has role store: it keeps what it cannot read, and knows no names')
    return this.keys
  }

  members (): Member[] { return this.entries.members.all() }
  /** Returns the name of a member, also of a revoked one. */
  labelOf (peer: string): string { return this.names.of(peer) }
  /** Returns the breaks in writers' chains; nothing is lost by a break. */
  forks (): Fork[] {
    return this.entries.forks().map(({ peer, seq }) => peer === undefined ? { peer: '', label: 'the vault key', seq } : { peer, label: this.labelOf(peer), seq })
  }
  /** Returns the member of a writer key, also a revoked one. */
  whoWrote (writer: Uint8Array): { peer: string, label: string } {
    const peer = this.entries.members.ofWriter(writer)?.peer ?? ''
    return { peer, label: this.names.knows(peer) ? this.labelOf(peer) : '' }
  }

  /** Returns true when this node wrote the entry. */
  wrote (entry: { writer: Uint8Array }): boolean { return this.writer !== undefined && equal(this.writer.key, entry.writer) }

  async saw (member: Member): Promise<void> {
    member.seen = Date.now()
    await this.parts.db.write([sawMember(member.bytes, member.seen)])
  }

  lookup (name: string, version?: string): Found | undefined { return lookup(this.parts.db, this.readKeys(), name, version) }
  /** Yields every put, restore and delete of a name, the newest first. */
  history (name: string): Generator<PastVersion> { return history(this.parts.db, this.readKeys(), name) }
  /** Returns true when the name has, or had, a version. */
  everHad (name: string): boolean { return this.history(name).next().done !== true }
  /** Returns a put or restore by its id, or undefined when it is not here or does not open. */
  version (id: Uint8Array): OpenVersion | undefined {
    const row = entryById(this.parts.db, id)
    return row === undefined ? undefined : openStored(row.entry, this.readKeys())
  }

  /** Returns the newest head of a name, readable or not, which may be a delete. */
  newest (name: string): PutEntry | DeleteEntry | undefined { return newestOf(this.parts.db, this.readKeys(), name) }
  /** Returns the number of versions that a revoke made heads again and that are not whole here. */
  returned (): number { return returnedTotal(this.parts.db) }

  /** Returns the name of a delete or forget, or undefined when this node cannot read it. */
  nameIn (entry: DeleteEntry | ForgetEntry): string | undefined { return this.keys === undefined ? undefined : opened(entry, this.keys)?.name }
  versionsOf (root: CID): { versions: number, files: Array<{ name: string, version: string }> } { return versionsOf(this.parts.db, this.keys, root) }
  similar (name: string, most: number): string[] { return similar(this.parts.db, name, most) }
  totals (): { files: number, bytes: number, entries: number } { return { ...totals(this.parts.db), entries: countEntries(this.parts.db) } }

  * list (prefix: string, after?: string): Generator<FileInfo> {
    this.readKeys()
    yield * list(this.parts.db, prefix, after)
  }

  * deleted (prefix: string): Generator<Deleted[]> {
    yield * deletedNames(this.parts.db, this.readKeys(), prefix.normalize('NFC'))
  }

  * folders (prefix: string, delimiter: string, after?: string): Generator<FileInfo | FolderInfo> {
    this.readKeys()
    yield * folders(this.parts.db, prefix, delimiter, after)
  }

  * sums (prefix: string, delimiter: string): Generator<Sums & Partial<FolderInfo>> {
    this.readKeys()
    yield * sumsFrom(this.parts.db, prefix, delimiter)
  }

  /** The salt is the name's lineage, 32 zeros by scope `vault`, or random by `unlinked`. */
  planPut (name: string, scope: PutOptions['scope'] | Scope = this.settings.now.scope, ifVersion?: IfVersion): PutPlan {
    const normal = checkName(name)
    const keys = this.readKeys()
    const heads = this.entries.heads(tagOf(keys.name, normal))
    checkPrecondition(normal, heads, ifVersion)
    const { newest } = heads
    const { lineage, seed } = carriedBy(newest, keys)
    const salt = scope === 'vault' ? new Uint8Array(LINEAGE_BYTES) : scope === 'unlinked' ? newLineage().lineage : lineage
    return { name: normal, salt, lineage, seed, fresh: scope === 'unlinked' || (scope !== 'vault' && newest === undefined) }
  }

  /** Commits the version's entry with what `finish` adds; writes no entry for equal content. */
  async commitPut (name: string, version: NewVersion, finish: (extra: Statement[]) => Promise<void>): Promise<{ id: Uint8Array, entry: Uint8Array, info: FileInfo }> {
    const keys = this.readKeys()
    const author = this.writer
    if (author === undefined) throw new NotAllowedError(`This node has role ${this.role} and cannot put files`)
    this.checkMember()
    const normal = checkName(name)
    const tag = tagOf(keys.name, normal)
    return this.entries.ofTag(tag, async () => {
      const history = this.entries.heads(tag)
      checkPrecondition(normal, history, version.ifVersion)
      const newest = history.newest === undefined ? undefined : openStored(history.newest.row.entry, keys)
      if (newest !== undefined && !history.conflict && equal(newest.entry.root.bytes, version.root.bytes) && saysTheSame(newest.hidden, version)) {
        await finish([])
        return { id: newest.entry.id, entry: newest.entry.encoded, info: infoOf(newest.entry, newest.hidden, false) }
      }
      const { lineage, seed } = history.newest === undefined ? { lineage: version.lineage, seed: version.seed ?? newLineage().seed } : carriedBy(history.newest, keys)
      const hidden: PutPrivate = {
        name: normal,
        lineage,
        key: version.key,
        size: version.size,
        ...(version.mtime === undefined ? {} : { mtime: version.mtime.getTime() }),
        ...(version.type === undefined ? {} : { type: version.type }),
        ...(version.props === undefined || Object.keys(version.props).length === 0 ? {} : { props: version.props })
      }
      const { root, bytes, copies } = version
      return author.write((terms) => makePut({
        ...terms, ...nextAfter(history), ...hidden, keys, seed, root, bytes, ...(copies === undefined ? {} : { copies })
      }), async ({ bytes: encoded, entry }) => {
        if (entry.kind !== 'put') throw new TypeError('a put was made')
        await this.entries.takeMade([{ entry, hidden, before: history }], finish)
        // the entry replaces all heads, unless there were more than an entry can name
        const conflict = history.heads.length > entry.after.length
        return { id: entry.id, entry: encoded, info: infoOf(entry, hidden, conflict) }
      })
    })
  }

  /** Time at which an owner revoked this node, as far as known here. */
  get revoked (): Date | undefined {
    const { self } = this.parts
    const time = self === undefined ? undefined : this.entries.revocations.revokedAt(self)
    return time === undefined ? undefined : new Date(time)
  }

  /** Aborted with the NotAllowedError of `checkMember` when this node learns that it is out. */
  get untilOut (): AbortSignal { return this.out.signal }

  private lookForSelf (): void {
    try {
      this.checkMember()
    } catch (error) {
      this.out.abort(error)
    }
  }

  /** @throws NotAllowedError once this node knows that it is no member any more */
  checkMember (): void {
    const { revoked } = this
    if (revoked !== undefined) throw new NotAllowedError(`${outText(revoked)}. What is held here can still be read. To come back this machine joins anew, with a new invite and in another folder:  dfs --dir FOLDER join -`)
    // the node may be out together with the member that let it in
    if (this.writer !== undefined && !this.entries.revocations.plain(this.writer.key)) throw new NotAllowedError('This machine is no member of the vault any more: what let it in was taken back, and nothing that it writes counts. Ask an owner for a new invite, and join in another folder:  dfs --dir FOLDER join -')
  }

  /** @throws NotAllowedError where this node may not `what` */
  pen (what: string): NameWriter {
    const keys = this.readKeys()
    this.checkMember()
    if (this.writer === undefined) throw new NotAllowedError(`This node has role ${this.role} and cannot ${what}`)
    return { ledger: this.entries, keys, author: this.writer }
  }

  /** Writes the statements of an entry alone. */
  readonly commit: Commit = async (statements) => { await this.parts.db.write(statements) }

  /**
   * Takes in the entry of a version that the peer `from` pushed, and completes its upload in the
   * same transaction.
   * @throws ProtocolError INVALID_DATA for an entry that is no version; UNKNOWN_WRITER
   */
  async accept (encoded: Uint8Array, upload: VersionUpload, from?: string): Promise<Uint8Array> {
    const entry = this.entries.read(encoded.slice())
    if (entry.kind !== 'put' && entry.kind !== 'restore') throw new ProtocolError('INVALID_DATA', 'An upload ends with the entry of a version')
    let finished = false
    await this.entries.take(entry, async (statements) => {
      await upload.complete(entry.root, entry.bytes, statements)
      finished = true
    }, from)
    if (!finished) throw new ProtocolError('UNKNOWN_WRITER', 'The writer of the entry is not known here yet')
    return entry.id
  }

  createInvite (options: { role: Role, expires: number, uses: number, label: string, operator: string, addresses: string[] }): string {
    const { secret, reads, meet } = this.parts.secrets
    const newest = reads.at(-1)
    if (secret === undefined || newest === undefined) throw new NotAllowedError(`This node has role ${this.role}: only owners invite`)
    const { role, uses, label, operator } = options
    return createInvite({
      vaultSign: vaultKeys(secret).sign, role, uses, label, operator, joinBy: options.expires, check: check(newest), meet, epoch: this.epoch,
      addresses: options.addresses.map((text) => multiaddr(text).bytes)
    })
  }

  /**
   * Revokes a member. Its entries that are known here stay; with `since`, only those before that
   * version. A second revoke without `since` changes nothing.
   * @throws LastOwnerError when no owner would be left and `force` is false
   */
  async revokeMember (subject: Uint8Array, { since, force = false }: { since?: string, force?: boolean } = {}): Promise<void> {
    const { revocations } = this.entries
    if (since === undefined && revocations.isRevoked(subject)) return
    await this.revoke({ subject, cut: cutOf(this.parts.db, revocations.writersOf(subject), since) }, force)
  }

  /** Returns members that are members only through this one, without those of this node. */
  admittedThrough (subject: Uint8Array): Member[] {
    const own = this.writer === undefined ? undefined : this.entries.members.ofWriter(this.writer.key)
    const self = own === undefined ? undefined : this.entries.members.get(own.peer)
    return this.writer === undefined || self === undefined ? [] : this.entries.revocations.admittedThrough(subject, { subject: self.bytes, writer: this.writer.key })
  }

  /** Closes the invite of this key: nobody can join with it any more. */
  async revokeInvite (invite: Uint8Array): Promise<void> {
    if (!this.entries.revocations.isClosed(invite)) await this.revoke({ invite }, true)
  }

  /**
   * Returns a link to this version until `expires` (milliseconds since 1970).
   * @throws NotAllowedError
   */
  createLink ({ root, expires, addresses, ...rest }: { root: CID, key: Uint8Array, name: string, size: number, expires: number, addresses: string[] }): string {
    const { writer, vault } = this.parts.secrets
    if (writer === undefined) throw new NotAllowedError(`This node has role ${this.role}: only owner and write members make links`)
    this.checkMember()
    const link = new Uint8Array(randomBytes(LINK_ID_BYTES))
    return createLink({ ...rest, grant: makeGrant({ vault, link, root, notAfter: expires, by: writer }), addresses: addresses.map((text) => multiaddr(text).bytes) })
  }

  /** Revokes the link with this id. */
  async revokeLink (link: Uint8Array): Promise<void> {
    if (!this.entries.revocations.isLinkRevoked(link)) await this.revoke({ link }, true)
  }

  /**
   * Changes settings of the whole vault.
   * @throws InvalidOptionError, NotAllowedError; nothing is written then
   */
  async set (change: SettingsChange): Promise<VaultSettings> {
    return this.setting.run('', async () => {
      const author = this.asVault('change its settings')
      const settings = withChange(this.settings.raw, change)
      if (settings !== undefined) await author.write((terms) => makeSetting({ ...terms, settings }), ({ entry }) => this.entries.take(entry))
      return this.settings.now
    })
  }

  private asVault (what: string): EntryWriter {
    const { db, secrets } = this.parts
    if (secrets.secret === undefined) throw new NotAllowedError(`This node has role ${this.role}: only owners ${what}`)
    return this.vaultAuthor ??= new EntryWriter(db, secrets.vault, this.epoch, vaultKeys(secrets.secret).sign)
  }

  private async revoke (revoked: RevokeEntry['revoked'], force: boolean): Promise<void> {
    await this.asVault('revoke').write((terms) => makeRevoke({ ...terms, revoked }), async ({ entry }) => {
      const { gone } = this.entries.revocations.plan(entry, entryRow(entry))
      const owners = this.members().filter(({ role }) => role === 'owner')
      if (!force && owners.every((owner) => gone.includes(owner))) {
        throw new LastOwnerError('No owner would be left: nobody could invite or revoke any more, except with the recovery code. Admit another owner first, or say `force` if you hold the recovery code')
      }
      await this.entries.take(entry)
    })
  }

  recoveryCode (): string {
    const { secret } = this.parts.secrets
    if (secret === undefined) throw new NotAllowedError(`This node has role ${this.role}: only owners have the recovery code`)
    return recoveryText(secret)
  }

  /** Remembers that the code was checked. @throws NotAllowedError */
  async checkRecoveryCode (code: string): Promise<boolean> {
    const { secrets } = this.parts
    if (secrets.secret === undefined) throw new NotAllowedError(`This node has role ${this.role}: only owners have the recovery code`)
    if (!equal(parseRecoveryCode(code), secrets.secret)) return false
    secrets.recoveryChecked = true
    await this.parts.save(secrets)
    return true
  }
}
