import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { IndexDb } from '../../../src/index/engine/index-db.js'
import { SqlError } from '../../../src/index/engine/sql-errors.js'

const MIGRATIONS = ['CREATE TABLE t (k INTEGER PRIMARY KEY, v BLOB NOT NULL) STRICT']
const bytes = (n: number): Uint8Array => Uint8Array.of(n)

for (const variant of ['file', 'memory'] as const) {
  describe(`index-db (${variant})`, () => {
    let dir: string
    let path: string | undefined
    let db: IndexDb

    beforeEach(async () => {
      dir = await mkdtemp(join(tmpdir(), 'dfs-index-'))
      path = variant === 'file' ? join(dir, 'index.db') : undefined
      db = await IndexDb.open({ ...(path === undefined ? {} : { path }), migrations: MIGRATIONS })
    })

    afterEach(async () => {
      await db.close()
      await rm(dir, { recursive: true, force: true })
    })

    it('reads what a resolved write wrote', async () => {
      const [first] = await db.write([['INSERT INTO t VALUES (?, ?)', 1, bytes(7)]])
      assert.equal(first?.changes, 1)
      assert.deepEqual(db.get<{ v: Uint8Array }>('SELECT v FROM t WHERE k = ?', 1)?.v, bytes(7))
      assert.equal(db.get('SELECT v FROM t WHERE k = ?', 2), undefined)
    })

    it('returns the rows of RETURNING and SELECT, and changes of the others', async () => {
      const results = await db.write([
        ['INSERT INTO t VALUES (1, ?), (2, ?)', bytes(1), bytes(2)],
        ['DELETE FROM t WHERE k = 1 RETURNING k'],
        ['SELECT k FROM t']
      ])
      assert.deepEqual(results.map(({ changes }) => changes), [2, 1, 1])
      assert.deepEqual(results.map(({ rows }) => rows.map((row) => (row as { k: number }).k)), [[], [1], [2]])
    })

    it('undoes a unit whose second statement fails, and only that unit', async () => {
      const outcomes = await Promise.allSettled([
        db.write([['INSERT INTO t VALUES (1, ?)', bytes(1)]]),
        db.write([['INSERT INTO t VALUES (2, ?)', bytes(2)], ['INSERT INTO t VALUES (1, ?)', bytes(9)]]),
        db.write([['INSERT INTO t VALUES (3, ?)', bytes(3)]])
      ])
      assert.deepEqual(outcomes.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
      const refused = outcomes[1]
      assert.ok(refused.status === 'rejected' && refused.reason instanceof SqlError && refused.reason.constraint)
      assert.deepEqual(db.all<{ k: number }>('SELECT k FROM t').map(({ k }) => k), [1, 3])
    })

    it('keeps the order of writes', async () => {
      const writes = Array.from({ length: 300 }, (_, n) => db.write([['INSERT OR REPLACE INTO t VALUES (1, ?)', new Uint8Array([n & 255, n >> 8])]]))
      await Promise.all(writes)
      assert.deepEqual(db.get<{ v: Uint8Array }>('SELECT v FROM t')?.v, new Uint8Array([299 & 255, 1]))
    })

    it('iterates, also while writes go on', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, n) => db.write([['INSERT INTO t VALUES (?, ?)', n, bytes(n)]])))
      const seen: number[] = []
      for (const { k } of db.iterate<{ k: number }>('SELECT k FROM t ORDER BY k')) {
        seen.push(k)
        if (k === 5) await db.write([['DELETE FROM t WHERE k = 3']])
      }
      assert.equal(seen.length, 20)
    })

    it('drops a unit that is aborted before it is handed over', async () => {
      await assert.rejects(db.write([['INSERT INTO t VALUES (1, ?)', bytes(1)]], { signal: AbortSignal.abort() }), { name: 'AbortError' })
      assert.equal(db.get('SELECT 1 FROM t'), undefined)
    })

    it('writes what is queued before it closes, and refuses afterwards', async () => {
      const write = db.write([['INSERT INTO t VALUES (1, ?)', bytes(1)]])
      await db.close()
      assert.equal((await write)[0]?.changes, 1)
      await assert.rejects(db.write([['DELETE FROM t']]), { name: 'NodeStoppedError' })
      assert.throws(() => db.get('SELECT 1'), { name: 'NodeStoppedError' })
    })
  })
}

describe('index-db files', () => {
  let dir: string
  let path: string

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dfs-index-'))
    path = join(dir, 'index.db')
    const db = await IndexDb.open({ path, migrations: MIGRATIONS })
    await Promise.all(Array.from({ length: 200 }, (_, n) => db.write([['INSERT INTO t VALUES (?, ?)', n, new Uint8Array(300)]])))
    await db.close()
  })

  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  it('keeps what was committed', async () => {
    const db = await IndexDb.open({ path, migrations: MIGRATIONS, create: false })
    assert.equal(db.get<{ n: number }>('SELECT count(*) AS n FROM t')?.n, 200)
    assert.ok(db.size() > 200 * 300)
    assert.deepEqual(await db.check(), [])
    await db.close()
  })

  it('is durable: write-ahead log, fsync at each commit', () => {
    const raw = new DatabaseSync(path)
    assert.equal(raw.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal')
    raw.close()
  })

  it('runs the steps that are missing', async () => {
    const db = await IndexDb.open({ path, migrations: [...MIGRATIONS, 'ALTER TABLE t ADD COLUMN w INTEGER; CREATE TABLE u (x) '] })
    assert.equal(db.get<{ n: number }>('SELECT count(*) AS n FROM t WHERE w IS NULL')?.n, 200)
    await db.close()
  })

  it('leaves the old version when a step fails', async () => {
    await assert.rejects(IndexDb.open({ path, migrations: [...MIGRATIONS, 'CREATE TABLE u (x); CREATE TABLE u (x)'] }), { name: 'SqlError' })
    const db = await IndexDb.open({ path, migrations: MIGRATIONS })
    assert.equal(db.get("SELECT 1 FROM sqlite_schema WHERE name = 'u'"), undefined)
    await db.close()
  })

  it('refuses a file that lacks only its last page, and one with tables of somebody else, and leaves them as they are', async () => {
    const whole = await readFile(path)
    await truncate(path, whole.length - 4096)
    await assert.rejects(IndexDb.open({ path, migrations: MIGRATIONS }), { code: 'INDEX_DAMAGED' })
    assert.deepEqual(await readFile(path), whole.subarray(0, -4096))

    const other = join(dir, 'other.db')
    const raw = new DatabaseSync(other)
    raw.exec('CREATE TABLE theirs (x)')
    raw.close()
    await assert.rejects(IndexDb.open({ path: other, migrations: MIGRATIONS }), { code: 'INDEX_DAMAGED' })
    const again = new DatabaseSync(other)
    assert.deepEqual(again.prepare('SELECT name FROM sqlite_schema').all().map(({ name }) => name), ['theirs'])
    again.close()
  })

  it('refuses a newer schema', async () => {
    await assert.rejects(IndexDb.open({ path, migrations: [] }), { name: 'NewerFormatError', code: 'NEWER_FORMAT' })
  })

  it('refuses a missing or empty file when it must be there, and does not make one', async () => {
    const missing = join(dir, 'missing.db')
    await assert.rejects(IndexDb.open({ path: missing, migrations: MIGRATIONS, create: false }), { code: 'INDEX_DAMAGED' })
    await assert.rejects(stat(missing), { code: 'ENOENT' })
    await writeFile(missing, '')
    await assert.rejects(IndexDb.open({ path: missing, migrations: MIGRATIONS, create: false }), { code: 'INDEX_DAMAGED' })
    assert.equal((await stat(missing)).size, 0)
  })

  const damages: Array<[string, (size: number) => Promise<void>]> = [
    ['other content', async () => { await writeFile(path, 'not a database, but long enough to be read as one '.repeat(10)) }],
    ['its second half missing', async (size) => { await truncate(path, size / 2) }],
    ['a header of zeros', async () => {
      const content = await readFile(path)
      await writeFile(path, content.fill(0, 0, 100))
    }],
    ['a first page of noise', async () => {
      const content = await readFile(path)
      await writeFile(path, content.fill(0xa5, 100, 4096))
    }]
  ]
  for (const [what, damage] of damages) {
    it(`refuses a file with ${what}, and leaves it as it is`, async () => {
      await damage((await stat(path)).size)
      const before = await readFile(path)
      await assert.rejects(IndexDb.open({ path, migrations: MIGRATIONS }), { code: 'INDEX_DAMAGED' })
      assert.deepEqual(await readFile(path), before)
    })
  }

  it('says damaged when a page that is read is not sound', async () => {
    const content = await readFile(path)
    await writeFile(path, content.fill(0xa5, 3 * 4096, 5 * 4096))
    const db = await IndexDb.open({ path, migrations: MIGRATIONS })
    assert.throws(() => db.all('SELECT * FROM t'), { code: 'INDEX_DAMAGED' })
    assert.notDeepEqual(await db.check(), [])
    await db.close()
  })

  it('makes no more writes after a failure of the database', async () => {
    const content = await readFile(path)
    await writeFile(path, content.fill(0xa5, 3 * 4096, 5 * 4096))
    const db = await IndexDb.open({ path, migrations: MIGRATIONS })
    await assert.rejects(db.write([['UPDATE t SET v = zeroblob(1)']]), { code: 'INDEX_DAMAGED' })
    await assert.rejects(db.write([['CREATE TABLE fine (x)']]), { code: 'INDEX_DAMAGED' })
    assert.equal(db.failure?.name, 'IndexDamagedError')
    await db.close()
  })
})
