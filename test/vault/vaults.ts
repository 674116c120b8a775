/** A vault in memory with writers of its own, for tests that need no network. */
import { cidOf, DAG_CBOR } from '../../protocols/block/cid.js'
import { compareBytes } from '../../protocols/block/hash.js'
import { readEntry } from '../../protocols/vault/entry.js'
import { nextAfter, type History } from '../../protocols/vault/history.js'
import { readKeys, vaultKeys, type ReadKeys } from '../../protocols/vault/keys.js'
import { makeDelete, makeForget, makePut, makeSetting, signEntry, type MadeEntry } from '../../protocols/vault/make-entry.js'
import { encode } from '../../protocols/block/cbor.js'
import { publicKeyOf } from '../../protocols/vault/ed25519.js'
import { IndexDb } from '../../src/index/engine/index-db.js'
import { MIGRATIONS } from '../../src/index/migrations/schema.js'
import { EntryLog, type Change } from '../../src/vault/entries/entry-log.js'
import { Members } from '../../src/vault/members/members.js'
import type { HistoryRow } from '../../src/vault/entries/entry-rows.js'
import { admit, certificate, found, invite, node, seed, vault, type Node, type Vault } from '../protocols/hello/cast.js'

export { node, seed, vault, type Node, type Vault }
export const ZEROS = new Uint8Array(32)

export interface OpenLedger { db: IndexDb, ledger: EntryLog, changes: Change[], close: () => Promise<void> }

export async function openLedger (of: Vault, withKeys = true): Promise<OpenLedger> {
  const db = await IndexDb.open({ migrations: MIGRATIONS })
  const changes: Change[] = []
  const ledger = new EntryLog({ db, members: new Members(db) }, { vault: of.id, keys: withKeys ? keysOf(of) : undefined, onChange: (change) => { changes.push(change) } })
  return { db, ledger, changes, close: () => db.close() }
}

export const keysOf = (of: Vault): ReadKeys => readKeys(of.read)

/** Entries of one writer, numbered. */
export class Writer {
  private seq = 0
  private prev: Uint8Array = ZEROS
  private time = 1_700_000_000_000

  constructor (private readonly home: Vault, readonly who: Node) {}

  get key (): Uint8Array { return publicKeyOf(this.who.writer) }

  private terms (writer = this.who.writer) {
    return { vault: this.home.id, epoch: 0, writer, seq: ++this.seq, prev: this.prev, time: this.time++ }
  }

  private made ({ bytes, id }: MadeEntry): Uint8Array {
    this.prev = id
    return bytes
  }

  put (name: string, content: string, history: Pick<History<HistoryRow>, 'heads'> = { heads: [] }): Uint8Array {
    const root = cidOf(DAG_CBOR, new TextEncoder().encode(content))
    return this.made(makePut({
      ...this.terms(), ...nextAfter(history), keys: keysOf(this.home), name, lineage: seed(`lineage ${name}`), seed: seed(`seed ${name}`).subarray(0, 16), root, bytes: 500, key: seed(content), size: content.length
    }))
  }

  delete (name: string, history: Pick<History<HistoryRow>, 'heads'>): Uint8Array {
    return this.made(makeDelete({ ...this.terms(), ...nextAfter(history), keys: keysOf(this.home), name, lineage: seed(`lineage ${name}`), seed: seed(`seed ${name}`).subarray(0, 16) }))
  }

  forget (name: string, versions: Uint8Array[]): Uint8Array {
    return this.made(makeForget({ ...this.terms(), keys: keysOf(this.home), name, versions: [...versions].sort(compareBytes) }))
  }

  setting (): Uint8Array {
    return makeSetting({ ...this.terms(vaultKeys(this.home.secret).sign), seq: 1, prev: ZEROS, settings: { copies: 2 } }).bytes
  }

  /** Of a kind that this version does not know. */
  unknown (): Uint8Array {
    const { writer, ...terms } = this.terms()
    return this.made(signEntry(writer, encode({ v: 1, ...terms, writer: publicKeyOf(writer), kind: 'later' }), new Uint8Array(5)))
  }
}

/** Of a founder, a writer that it admitted, and one that that writer admitted. */
export async function threeAdmits (home: Vault): Promise<{ admits: Uint8Array[], people: [Node, Node, Node] }> {
  const people: [Node, Node, Node] = [node('founder'), node('writer'), node('second')]
  const [founder, writer, second] = people
  const join = async (who: Node, witness: Node): Promise<Uint8Array> => {
    const text = invite(home, 'write', who.name)
    return admit(home, text, await certificate(text, who), witness)
  }
  return { people, admits: [await found(home, founder), await join(writer, founder), await join(second, writer)] }
}

export const idOf = (bytes: Uint8Array): string => Buffer.from(readEntry(bytes).id).toString('hex')
