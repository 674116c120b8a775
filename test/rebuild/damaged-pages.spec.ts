import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DamagedPages } from '../../src/rebuild/damaged-pages.js'
import { readRows, type FoundRow } from '../../src/rebuild/damaged-rows.js'

const ROWS = 400
/** Some fit into their page, some take overflow pages, up to the longest that an index holds. */
const lengthOf = (n: number): number => n % 50 === 7 ? 60_000 : n % 10 === 3 ? 5_000 : 100
const bytesOf = (n: number): Uint8Array => new Uint8Array(lengthOf(n)).fill(n % 251)

describe('index-db: pages of a damaged file', () => {
  let dir: string
  let path: string
  let db: DatabaseSync

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dfs-pages-'))
    path = join(dir, 'index.db')
    db = new DatabaseSync(path)
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
      CREATE TABLE t (n INTEGER PRIMARY KEY, kind TEXT, v BLOB, small INTEGER, none INTEGER) STRICT;
      CREATE TABLE k (key BLOB PRIMARY KEY, value TEXT) STRICT, WITHOUT ROWID`)
    const [t, k] = [db.prepare('INSERT INTO t VALUES (?, ?, ?, ?, NULL)'), db.prepare('INSERT INTO k VALUES (?, ?)')]
    db.exec('BEGIN')
    for (let n = 1; n <= ROWS; n++) {
      t.run(n, 'kind', bytesOf(n), n * 1000)
      k.run(Uint8Array.of(n & 255, n >> 8), `value ${n}`)
    }
    db.exec('COMMIT')
  })
  afterEach(async () => {
    db.close()
    await rm(dir, { recursive: true, force: true })
  })

  const rowsOf = async (): Promise<FoundRow[]> => {
    const pages = DamagedPages.open(path)
    assert.ok(pages)
    try {
      const rows: FoundRow[] = []
      for await (const row of readRows(pages)) rows.push(row)
      return rows
    } finally {
      pages.close()
    }
  }

  /** Rows of `t` among these, each checked against what was written; by number. */
  const whole = (rows: FoundRow[]): Set<number> => {
    const found = new Set<number>()
    for (const { rowid, values: [n, kind, v, small, none, ...more] } of rows) {
      if (kind !== 'kind') continue
      assert.deepEqual([n, none, more.length], [null, null, 0])
      if (!(v instanceof Uint8Array) || Buffer.compare(v, bytesOf(rowid)) !== 0) continue // pages of it were overwritten
      assert.equal(small, rowid * 1000)
      found.add(rowid)
    }
    return found
  }

  it('of a sound one give every row of every table', async () => {
    db.close()
    const rows = await rowsOf()
    assert.equal(whole(rows).size, ROWS)
    assert.equal(rows.filter(({ values }) => /^value \d+$/.test(String(values[1]))).length, ROWS)
    db = new DatabaseSync(':memory:')
  })

  it('come from the log too, where the file has not got them yet', async () => {
    assert.ok((await stat(`${path}-wal`)).size > (await stat(path)).size)
    assert.equal(whole(await rowsOf()).size, ROWS)
    // the file alone is gone
    await rm(path)
    assert.equal(whole(await rowsOf()).size, ROWS)
  })

  it('of a file whose second half is gone give what lies in the first', async () => {
    db.close()
    db = new DatabaseSync(':memory:')
    const { size } = await stat(path)
    await truncate(path, size / 2)
    const pages = DamagedPages.open(path)
    assert.deepEqual([pages?.count, pages?.expected], [Math.floor(size / 2 / 4096), size / 4096])
    pages?.close()
    const found = whole(await rowsOf())
    assert.ok(found.size > ROWS / 4 && found.size < ROWS, `${found.size}`)
  })

  it('of a file whose beginning is junk give what lies behind', async () => {
    db.close()
    db = new DatabaseSync(':memory:')
    const content = await readFile(path)
    await writeFile(path, content.fill('junk', 0, content.length >> 2))
    const found = whole(await rowsOf())
    assert.ok(found.size > ROWS / 2 && found.size < ROWS, `${found.size}`)
  })

  it('of nothing but noise, of an empty file and of no file give nothing', async () => {
    db.close()
    db = new DatabaseSync(':memory:')
    const { size } = await stat(path)
    await writeFile(path, '')
    assert.deepEqual(await rowsOf(), [])
    let state = 1
    await writeFile(path, Uint8Array.from({ length: size }, () => (state = state * 1103515245 + 12345 & 0x7fffffff) >> 16))
    assert.equal(whole(await rowsOf()).size, 0)
    await rm(path)
    assert.equal(DamagedPages.open(path), undefined)
  })

  it('with any byte changed give rows that are right, or none', async () => {
    db.close()
    db = new DatabaseSync(':memory:')
    const sound = await readFile(path)
    const copy = join(dir, 'copy.db')
    await cp(path, copy)
    path = copy
    let state = 7
    const next = (below: number): number => (state = state * 1103515245 + 12345 & 0x7fffffff) % below
    for (let round = 0; round < 60; round++) {
      const content = Buffer.from(sound)
      // the places where lengths, counts and pointers stand
      for (let changes = 0; changes < 40; changes++) content[next(content.length / 4096) * 4096 + next(40)] = next(256)
      await writeFile(copy, content)
      whole(await rowsOf())
    }
  })

  it('are read no further once the signal is aborted', async () => {
    const pages = DamagedPages.open(path)
    assert.ok(pages)
    const controller = new AbortController()
    await assert.rejects(async () => {
      for await (const _row of readRows(pages, { signal: controller.signal, onPages: () => { controller.abort(new Error('enough')) } })) { /* read on */ }
    }, /enough/)
    pages.close()
  })
})
