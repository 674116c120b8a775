import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { allEntries, countEntries } from '../../../src/index/queries/entries.js'
import { IndexDb } from '../../../src/index/engine/index-db.js'
import { notMissing } from '../../../src/index/queries/missing.js'
import { MAX_PAUSE_MS, noteOwnTime, ownMs, resumeOwnTime, steadyMs } from '../../../src/index/queries/own-time.js'
import { MIGRATIONS } from '../../../src/index/migrations/schema.js'
import { EntryLog } from '../../../src/vault/entries/entry-log.js'
import { Members } from '../../../src/vault/members/members.js'
import { applyHistory } from '../../../protocols/vault/history.js'
import { readEntry } from '../../../protocols/vault/entry.js'
import { historyRows, entryRow } from '../../../src/vault/entries/entry-rows.js'
import { expectedLives, shownLives } from '../../vault/liveness.js'
import { keysOf, openLedger, threeAdmits, vault, Writer, type OpenLedger } from '../../vault/vaults.js'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const wholeRoots = (db: IndexDb): Set<string> => new Set(db.all<{ cid: Uint8Array }>('SELECT b.cid AS cid FROM blocks AS b JOIN refs AS r ON r.root = b.id AND r.block = b.id').map(({ cid }) => hex(cid)))

describe('index-db: an index of version 1', () => {
  let dir: string

  beforeEach(async () => { dir = await mkdtemp(join(tmpdir(), 'dfs-migrate-')) })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  // made by the code of that version: lines, conflicts, deletes, forgets, entries that wait, a revoked writer, two whole versions
  it('is brought to the newest one, and says what an index says that took in the same entries', async () => {
    const path = join(dir, 'index.db')
    await writeFile(path, gunzipSync(await readFile(new URL('../../../../test/fixtures/index-1.db.gz', import.meta.url))))
    const before = steadyMs()
    const db = await IndexDb.open({ path, migrations: MIGRATIONS, create: false })
    const home = vault('fixture')
    const fresh = await openLedger(home)
    try {
      for (const bytes of allEntries(db)) await fresh.ledger.receive([bytes])
      assert.equal(countEntries(fresh.db), countEntries(db))
      const whole = wholeRoots(db)
      assert.equal(whole.size, 2)
      const lives = shownLives(db)
      assert.deepEqual(lives, expectedLives(db, whole))
      const { missing: _missing, ...others } = shownLives(fresh.db)
      assert.deepEqual({ ...lives, missing: undefined }, { ...others, missing: undefined })
      assert.deepEqual([lives.dead.length, lives.superseded.length, lives.forgets.length], [7, 4, 7]) // nine are named, two by void forgets only
      const { least, most } = db.get<{ least: number, most: number }>('SELECT min(since) AS least, max(since) AS most FROM (SELECT since FROM dead UNION ALL SELECT since FROM superseded)') ?? { least: 0, most: 0 }
      assert.ok(least >= before && most <= steadyMs())
      // it goes on as a new one does
      const ledger = new EntryLog({ db, members: new Members(db) }, { vault: home.id, keys: keysOf(home), onChange: () => {} })
      const writer = new Writer(home, (await threeAdmits(home)).people[1])
      await ledger.receive([writer.put('line.txt', 'line 5', applyHistory(historyRows(db.all('SELECT * FROM entries WHERE tag = (SELECT tag FROM names WHERE name = ?)', 'line.txt'))))])
      // the forget that named the newest of then waited until it was none
      assert.equal(shownLives(db).dead.length, 8)
      assert.deepEqual(shownLives(db), expectedLives(db, whole))
    } finally {
      await Promise.all([db.close(), fresh.close()])
    }
  })
})

describe('index-db: which versions are dead', () => {
  const home = vault('lives')
  let open: OpenLedger
  let writer: Writer

  beforeEach(async () => {
    open = await openLedger(home)
    const { admits, people } = await threeAdmits(home)
    for (const bytes of admits) await open.ledger.receive([bytes])
    writer = new Writer(home, people[1])
  })
  afterEach(async () => { await open.close() })

  const take = async (bytes: Uint8Array): Promise<Uint8Array> => {
    await open.ledger.receive([bytes])
    return readEntry(bytes).id
  }
  const put = async (text: string): Promise<Uint8Array> => {
    const rows = open.db.all('SELECT * FROM entries WHERE clock IS NOT NULL')
    return take(writer.put('a', text, applyHistory(historyRows(rows as Parameters<typeof historyRows>[0]))))
  }
  const sinceOf = (table: 'dead' | 'superseded', id: Uint8Array): number | undefined => open.db.get<{ since: number }>(`SELECT since FROM ${table} WHERE entry = ?`, id)?.since
  /** Moves this node's own time on. */
  const pass = async (ms: number): Promise<void> => { await open.db.write([['UPDATE own_time SET skipped = skipped - ?', ms]]) }

  it('since when, by own time: kept while it is dead for whatever reason, anew when it was live between', async () => {
    const first = await put('one')
    assert.equal(sinceOf('superseded', first), undefined)
    await put('two')
    const superseded = sinceOf('superseded', first) ?? 0
    assert.ok(Math.abs(superseded - ownMs(open.db)) < 60_000)
    await pass(5 * MAX_PAUSE_MS)
    await take(writer.forget('a', [first]))
    const dead = sinceOf('dead', first) ?? 0
    assert.ok(dead >= superseded + 5 * MAX_PAUSE_MS)
    assert.equal(sinceOf('superseded', first), undefined)
    await pass(MAX_PAUSE_MS)
    // a second one changes nothing
    await take(writer.forget('a', [first]))
    assert.equal(sinceOf('dead', first), dead)
  })

  it('what is live again and not whole here is to be brought again; what is whole is not', async () => {
    const [lost, held] = [await put('lost'), await put('held')]
    const root = open.db.get<{ root: Uint8Array }>('SELECT root FROM entries WHERE id = ?', held)?.root ?? held
    await open.db.write([
      ['INSERT INTO blocks (cid, size, state, kept, verified, bytes) VALUES (?, 1, 0, 0, 1, ?)', root, new Uint8Array(1)],
      ['INSERT INTO refs SELECT id, id FROM blocks WHERE cid = ?', root],
      notMissing(root)
    ])
    await put('newest')
    await take(writer.forget('a', [lost, held]))
    assert.deepEqual(shownLives(open.db), expectedLives(open.db, wholeRoots(open.db)))
    assert.equal(shownLives(open.db).missing.length, 1)
    // as a revoke would
    await open.db.write([['UPDATE entries SET head = 1 WHERE id IN (?, ?)', lost, held]])
    assert.deepEqual(shownLives(open.db).missing.sort(), [hex(lost), hex(open.db.get<{ id: Uint8Array }>('SELECT id FROM entries WHERE head = 1 AND id NOT IN (?, ?)', lost, held)?.id ?? lost)].sort())
    assert.equal(shownLives(open.db).dead.length, 0)
  })

  it('a version that comes after its forget is never asked for', async () => {
    const later = writer.put('b', 'later')
    const newer = writer.put('b', 'newer', { heads: [...historyRows([entryRow(readEntry(later))])] })
    await take(newer)
    await take(writer.forget('b', [readEntry(later).id]))
    await take(later)
    assert.deepEqual(shownLives(open.db), expectedLives(open.db))
    assert.equal(shownLives(open.db).dead.length, 1)
  })
})

describe('index-db: own time', () => {
  let db: IndexDb
  beforeEach(async () => { db = await IndexDb.open({ migrations: MIGRATIONS }) })
  afterEach(async () => { await db.close() })

  const skipped = (): number => db.get<{ skipped: number }>('SELECT skipped FROM own_time')?.skipped ?? 0

  it('begins with the clock, and counts a pause of up to a day whole', async () => {
    await db.write(resumeOwnTime(db, 1e12))
    await db.write(noteOwnTime(db, 1e12 + 5 * 60e3))
    await db.write(resumeOwnTime(db, 1e12 + 5 * 60e3 + MAX_PAUSE_MS))
    assert.equal(skipped(), 0)
  })

  it('counts a longer pause, or a clock that was set on, as one day', async () => {
    await db.write(resumeOwnTime(db, 1e12))
    await db.write(resumeOwnTime(db, 1e12 + 40 * MAX_PAUSE_MS))
    assert.equal(skipped(), 39 * MAX_PAUSE_MS)
    // the same clock again: nothing more is cut
    await db.write(resumeOwnTime(db, 1e12 + 40 * MAX_PAUSE_MS + 1000))
    assert.equal(skipped(), 39 * MAX_PAUSE_MS)
  })

  it('goes on from where it was when the clock was set back', async () => {
    await db.write(resumeOwnTime(db, 1e12))
    await db.write(noteOwnTime(db, 1e12 + 3600e3))
    await db.write(resumeOwnTime(db, 5e11))
    assert.equal(5e11 - skipped(), 1e12 + 3600e3)
    await db.write(noteOwnTime(db, 5e11 + 3600e3))
    // and the clock is put right: that is a pause of a day, not of years
    await db.write(resumeOwnTime(db, 1e12 + 3 * 3600e3))
    assert.equal(1e12 + 3 * 3600e3 - skipped(), 1e12 + 2 * 3600e3 + MAX_PAUSE_MS)
  })

  it('is not noted more often than each minute', async () => {
    await db.write(resumeOwnTime(db, 1e12))
    assert.deepEqual(noteOwnTime(db, 1e12 + 59e3), [])
    assert.equal(noteOwnTime(db, 1e12 + 60e3).length, 1)
  })
})
