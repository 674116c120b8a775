import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cidOf, RAW } from '../../protocols/block/cid.js'
import { readEntry } from '../../protocols/vault/entry.js'
import { makeRecord } from '../../protocols/vault/record.js'
import { DamagedPages } from '../../src/rebuild/damaged-pages.js'
import { allEntries, insertEntry } from '../../src/index/queries/entries.js'
import { IndexDb, type Statement } from '../../src/index/engine/index-db.js'
import { allRecords, putRecord } from '../../src/index/queries/records.js'
import { MIGRATIONS } from '../../src/index/migrations/schema.js'
import { salvage, type Salvaged } from '../../src/rebuild/salvage.js'
import { openStorage, type Storage } from '../../src/blockstore/open-storage.js'
import { EntryLog } from '../../src/vault/entries/entry-log.js'
import { Members } from '../../src/vault/members/members.js'
import { entryRow } from '../../src/vault/entries/entry-rows.js'
import { idOf, keysOf, node, seed, threeAdmits, vault, Writer, type Node } from '../vault/vaults.js'

const home = vault('salvage')

/** The last byte is one of a signature. */
const forged = (bytes: Uint8Array): Uint8Array => bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1)

const recordOf = async (who: Node, of = home.id): Promise<Uint8Array> =>
  makeRecord({ vault: of, subject: who.peer, life: 1, n: 1, time: 1, addresses: [], capacity: 5, accepting: true, heads: [], nodeSign: who.sign })

const recordRow = (who: Node, record: Uint8Array): Statement => putRecord({ subject: who.peer, life: 1, n: 1, heard: 0, record })
const blockRow = (name: Uint8Array, bytes: Uint8Array): Statement => ['INSERT INTO blocks (cid, size, bytes, state, verified, kept) VALUES (?, ?, ?, 0, 0, 1)', name, bytes.length, bytes]

describe('salvage', () => {
  let dir: string
  let into: Storage
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dfs-salvage-'))
    into = await openStorage({ capacity: 1e9 })
  })
  afterEach(async () => {
    await into.close()
    await rm(dir, { recursive: true, force: true })
  })

  /** What a new index takes from an old one that holds these. */
  async function taken (statements: Statement[]): Promise<Salvaged> {
    const path = join(dir, 'index.db')
    const old = await IndexDb.open({ path, migrations: MIGRATIONS })
    for (const statement of statements) await old.write([statement])
    await old.close()
    const pages = DamagedPages.open(path)
    assert.ok(pages)
    try {
      const ledger = new EntryLog({ db: into.db, members: new Members(into.db) }, { vault: home.id, keys: keysOf(home), onChange: () => {} })
      return await salvage({ pages, db: into.db, store: into.store, ledger, vault: home.id })
    } finally {
      pages.close()
    }
  }

  it('takes of entries, records and blocks those alone that prove themselves', async () => {
    const { admits, people: [founder, writer, second] } = await threeAdmits(home)
    const hand = new Writer(home, writer)
    const [good, bad] = [hand.put('good', 'good'), hand.put('bad', 'bad')]
    // what was forged is told from what was signed by its signature alone: its form is right
    const unsigned = forged(bad)
    const { id } = readEntry(bad)
    const [bytes, wrong] = [seed('block'), seed('another')]
    const cid = cidOf(RAW, bytes)
    const result = await taken([
      ...admits.map((admit) => insertEntry(entryRow(readEntry(admit)), false)),
      insertEntry(entryRow(readEntry(good)), true),
      insertEntry({ ...entryRow(readEntry(bad)), id, entry: unsigned }, true),
      recordRow(founder, await recordOf(founder)),
      recordRow(writer, forged(await recordOf(writer))),
      recordRow(second, await recordOf(second, vault('other').id)),
      recordRow(node('stranger'), await recordOf(node('stranger'))),
      blockRow(cid.bytes, bytes),
      blockRow(cidOf(RAW, seed('third')).bytes, wrong)
    ])
    assert.deepEqual([...allEntries(into.db)].map(idOf).sort(), [...admits, good].map(idOf).sort())
    assert.deepEqual(allRecords(into.db).map(({ subject }) => subject), [founder.peer])
    assert.deepEqual(result, { entries: 4, blocks: 1, bytes: bytes.length })
    assert.deepEqual(await into.store.read(cid), bytes)
  })
})
