import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEntry } from '../../protocols/vault/entry.js'
import { insertEntry, setName } from '../../src/index/queries/entries.js'
import { IndexDb, type Statement } from '../../src/index/engine/index-db.js'
import { missingAfter } from '../../src/index/queries/missing.js'
import { MIGRATIONS } from '../../src/index/migrations/schema.js'
import { openStored, nameOf } from '../../src/vault/entries/names.js'
import { entryRow } from '../../src/vault/entries/entry-rows.js'
import { keysOf, node, vault, Writer } from '../vault/vaults.js'

const home = vault('migrations')

/** Puts its number and previous id where a test wants them. */
class Chain extends Writer {
  at (seq: number, prev: Uint8Array): this { return Object.assign(this, { seq, prev }) }
}

/** Entries as an index of any version takes them: a line, forks of it, gaps, one out of its place, and another writer. */
function entries (): Statement[][] {
  const chain = new Chain(home, node('one'))
  const line = Array.from({ length: 12 }, (_, n) => chain.put(`line/${n}`, String(n)))
  const id = (n: number): Uint8Array => readEntry(line[n] ?? new Uint8Array()).id
  const fork = ['a', 'b', 'c'].map((_, n) => chain.at(n < 2 ? 4 : 7, id(n < 2 ? 3 : 6)).put(`fork/${n}`, `fork ${n}`))
  const [odd, mixed] = [chain.at(20, id(1)).put('odd', 'odd'), chain.at(30, id(11)).unknown()]
  const other = new Chain(home, node('two')).at(2, id(4))
  const all = [...line.filter((_, n) => n !== 5 && n !== 8), ...fork, odd, mixed, other.put('others', 'x'), other.put('others too', 'y')]
  return all.map((bytes) => {
    const entry = readEntry(bytes)
    const opened = entry.kind === 'put' ? openStored(bytes, keysOf(home)) : undefined
    return [insertEntry(entryRow(entry), true), ...(opened === undefined ? [] : [setName(opened.entry.tag, nameOf(opened.entry, opened.hidden, false))])]
  })
}

const TABLES = ['tips', 'awaited', 'breaks', 'name_totals', 'groups']
const contents = (db: IndexDb): Array<[table: string, rows: unknown[]]> => TABLES.map((table) => [table, db.all(`SELECT * FROM ${table} ORDER BY 1, 2`)])

describe('index-db: an index of the first version', () => {
  let dir: string
  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'dfs-migrate-')) })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  it('has after the migration what one of the newest version has that took the same entries', async () => {
    const path = join(dir, 'index.db')
    const old = await IndexDb.open({ path, migrations: MIGRATIONS.slice(0, 1) })
    for (const unit of entries()) await old.write(unit)
    await old.close()
    const migrated = await IndexDb.open({ path, migrations: MIGRATIONS, create: false })
    const fresh = await IndexDb.open({ migrations: MIGRATIONS })
    for (const unit of entries()) await fresh.write(unit)
    try {
      assert.equal(migrated.all('SELECT * FROM breaks').length, 5)
      assert.deepEqual(contents(migrated), contents(fresh))
      // in the order in which the entries came, which is not that of their ids
      assert.ok(missingAfter(fresh, 0, 100).length > 10)
      assert.deepEqual(missingAfter(migrated, 0, 100), missingAfter(fresh, 0, 100))
      // and whatever order they came in
      const turned = await IndexDb.open({ migrations: MIGRATIONS })
      for (const unit of entries().toReversed()) await turned.write(unit)
      // numbers of groups and entries are this node's own
      const unnumbered = (db: IndexDb): unknown[] => [contents(db).filter(([table]) => table !== 'awaited' && table !== 'groups'), db.all('SELECT prev, writer, seq FROM awaited'), db.all('SELECT root, slot, copies, plain, bytes FROM groups ORDER BY root')]
      assert.deepEqual(unnumbered(turned), unnumbered(fresh))
      const { groups, entries: versions } = fresh.get<{ groups: number, entries: number }>('SELECT (SELECT count(*) FROM groups) AS groups, (SELECT count(*) FROM entries WHERE root IS NOT NULL) AS entries') ?? { groups: 0, entries: -1 }
      assert.equal(groups, versions)
      await turned.close()
    } finally {
      await migrated.close()
      await fresh.close()
    }
  })
})
