/** One member of a vault without a network: its index, its writer key, and copies of its folder to go back to. */
import { cidOf, DAG_CBOR } from '../../protocols/block/cid.js'
import { makeForget, makeRevoke, makeSetting, type Author as AuthorTerms } from '../../protocols/vault/make-entry.js'
import { tagOf } from '../../protocols/vault/private-part.js'
import { IndexDb } from '../../src/index/engine/index-db.js'
import { MIGRATIONS } from '../../src/index/migrations/schema.js'
import type { FileInfo } from '../../src/api/node.js'
import { Vault } from '../../src/vault/vault.js'
import { Compared } from '../../src/vault/entries/chains.js'
import { deleteName, moveName, restoreVersion } from '../../src/vault/entries/name-writer.js'
import { keysOf, seed, type Node, type Vault as Home } from '../vault/vaults.js'

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

export class Member {
  private copy: Uint8Array[]

  private constructor (private readonly home: Home, private readonly who: Node, admits: Uint8Array[], private db: IndexDb, private vault: Vault) {
    this.copy = admits
  }

  static async open (home: Home, who: Node, admits: Uint8Array[]): Promise<Member> {
    return new Member(home, who, admits, ...await Member.load(home, who, admits))
  }

  private static async load (home: Home, who: Node, entries: Uint8Array[]): Promise<[IndexDb, Vault]> {
    const db = await IndexDb.open({ migrations: MIGRATIONS })
    const secrets = { vault: home.id, role: 'write' as const, meet: home.meet, reads: [home.read], writer: who.writer, box: seed(`box ${who.name}`), recoveryChecked: true }
    const vault = new Vault({ db, secrets, save: async () => {}, onChange: () => {} })
    await vault.entries.receive(entries)
    // a node that starts over a folder counts on from what is in it
    return [db, new Vault({ db, secrets, save: async () => {}, onChange: () => {} })]
  }

  /** Everything here, as signed, in the order of its arrival. */
  entries (): Array<{ id: string, bytes: Uint8Array }> {
    return this.db.all<{ id: Uint8Array, entry: Uint8Array }>('SELECT id, entry FROM entries ORDER BY n').map(({ id, entry }) => ({ id: hex(id), bytes: entry }))
  }

  /** Puts, and returns the version's entry; it may be one that was there. */
  async put (name: string, content: string): Promise<Uint8Array> {
    const { lineage } = this.vault.planPut(name)
    const root = cidOf(DAG_CBOR, new TextEncoder().encode(content))
    const { entry } = await this.vault.commitPut(name, { root, key: seed(content), size: content.length, bytes: 500, lineage }, async (extra) => { await this.db.write(extra) })
    return entry
  }

  /** What it wrote; nothing when the name means nothing here. */
  async delete (name: string): Promise<Uint8Array[]> {
    return this.wrote(async () => { await deleteName(this.vault.pen('delete'), name, this.vault.commit) })
  }

  /** Puts the `nth` of a name's readable versions on top again; it may be what it is already. */
  async back (name: string, nth: number): Promise<Uint8Array[]> {
    const versions = [...this.vault.history(name)].flatMap(({ entry }) => this.vault.version(entry.id) ?? [])
    const version = versions[nth % Math.max(1, versions.length)]
    return version === undefined ? [] : this.wrote(async () => { await restoreVersion(this.vault.pen('restore'), version, this.vault.commit) })
  }

  async move (from: string, to: string): Promise<Uint8Array[]> {
    return this.wrote(async () => { await moveName(this.vault.pen('move'), { from, to, force: true }, this.vault.commit, () => []) })
  }

  private async wrote (work: () => Promise<void>): Promise<Uint8Array[]> {
    const before = this.entries().length
    await work()
    return this.entries().slice(before).map(({ bytes }) => bytes)
  }

  /** One forget of a name that names these, whatever they are. */
  async forget (name: string, ids: Uint8Array[]): Promise<Uint8Array> {
    const { writer, entries, commit } = this.vault
    if (writer === undefined) throw new TypeError('a writer')
    const versions = ids.toSorted(Buffer.compare)
    return writer.write((terms) => makeForget({ ...terms, keys: keysOf(this.home), name, versions }), async ({ entry, bytes }) => {
      await entries.take(entry, commit)
      return bytes
    })
  }

  /** A setting by the vault key, as `revoke`. */
  async set (settings: Record<string, unknown>, seq: number): Promise<Uint8Array> {
    const { bytes } = makeSetting({ ...this.asVault(seq), settings })
    await this.receive([bytes])
    return bytes
  }

  settings (): Record<string, unknown> { return this.vault.settings.raw }

  private asVault (seq: number): AuthorTerms {
    return { vault: this.home.id, epoch: 0, writer: this.home.sign, seq, prev: seq === 1 ? new Uint8Array(32) : seed('prev'), time: 1_700_000_000_000 }
  }

  /** A revoke by the vault key, which whoever has it may write on any machine. `seq` tells two apart. */
  async revoke (whom: Node, cut: Uint8Array[], seq: number): Promise<Uint8Array> {
    const { bytes } = makeRevoke({ ...this.asVault(seq), revoked: { subject: whom.peer, cut: cut.toSorted(Buffer.compare) } })
    await this.receive([bytes])
    return bytes
  }

  async receive (page: Uint8Array[]): Promise<void> { await this.vault.entries.receive(page) }

  keepCopy (): void { this.copy = this.entries().map(({ bytes }) => bytes) }

  /** The folder is the copy again, and the node starts over it. */
  async restore (): Promise<void> {
    await this.db.close()
    const [db, vault] = await Member.load(this.home, this.who, this.copy)
    this.db = db
    this.vault = vault
  }

  list (): FileInfo[] { return [...this.vault.list('')] }

  /** The marks that the index keeps of a name's entries. */
  marks (name: string): { heads: string[], waiting: string[], version: string | undefined, conflict: boolean } {
    const tag = tagOf(keysOf(this.home).name, name)
    const ids = (where: string): string[] => this.db.all<{ id: Uint8Array }>(`SELECT id FROM entries WHERE tag = ? AND ${where} ORDER BY id`, tag).map(({ id }) => hex(id))
    const found = this.vault.lookup(name)
    return { heads: ids('head = 1'), waiting: ids('waiting = 1'), version: found === undefined ? undefined : hex(found.id), conflict: found?.info.conflict === true }
  }

  /** Ids of a name's versions by what they are: live, of those the ones that are no heads, and what is to be brought. */
  lives (name: string): { live: string[], superseded: string[], missing: string[] } {
    const tag = tagOf(keysOf(this.home).name, name)
    const ids = (where: string): string[] => this.db.all<{ id: Uint8Array }>(`SELECT id FROM entries WHERE tag = ? AND root IS NOT NULL AND ${where} ORDER BY id`, tag).map(({ id }) => hex(id))
    return { live: ids('id NOT IN (SELECT entry FROM dead)'), superseded: ids('id IN (SELECT entry FROM superseded)'), missing: ids('id IN (SELECT entry FROM missing)') }
  }

  /** PeerIds of the members that are said to have forked, once a comparison has ended that began with what is here. */
  async forked (): Promise<string[]> {
    const compared = new Compared(this.db)
    compared.met('anybody')
    await compared.round('anybody', true)
    return [...new Set(this.vault.forks().map(({ peer }) => peer))].sort()
  }

  /** Entries that the index says are void. */
  voids (): string[] { return this.db.all<{ id: Uint8Array }>('SELECT id FROM entries WHERE void = 1 ORDER BY id').map(({ id }) => hex(id)) }

  ids (): string[] { return this.db.all<{ id: Uint8Array }>('SELECT id FROM entries ORDER BY id').map(({ id }) => hex(id)) }

  async close (): Promise<void> { await this.db.close() }
}
