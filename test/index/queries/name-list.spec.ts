import assert from 'node:assert/strict'
import fc from 'fast-check'
import { setName, totals, type NameRow } from '../../../src/index/queries/entries.js'
import { IndexDb, type SqlValue } from '../../../src/index/engine/index-db.js'
import { foldersFrom, following, namesFrom, sumsFrom } from '../../../src/index/queries/name-list.js'
import { MIGRATIONS } from '../../../src/index/migrations/schema.js'

const row = (name: string): NameRow => ({
  name, tag: Buffer.from(name), version: Buffer.alloc(32), root: Buffer.alloc(36), bytes: 1_000 + name.length, size: name.length, mtime: null, type: null, time: 0, conflict: 0
})
const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** An index with these names. */
async function indexOf (names: string[]): Promise<IndexDb> {
  const db = await IndexDb.open({ migrations: MIGRATIONS })
  await db.write(names.map((name) => setName(Buffer.from(name), row(name))))
  return db
}

/** What S3's listing is: names that begin with the prefix, folded behind it, each fold once, sorted, those after `after`. */
function model (names: string[], prefix: string, delimiter: string, after = ''): string[] {
  const rows = names.filter((name) => name.startsWith(prefix)).map((name) => {
    const at = name.indexOf(delimiter, prefix.length)
    return at === -1 ? name : name.slice(0, at + delimiter.length)
  })
  return [...new Set(rows)].filter((text) => bytes(text, after) > 0).sort(bytes)
}

const shown = (rows: Iterable<NameRow | { prefix: string }>): string[] => [...rows].map((row) => 'prefix' in row ? row.prefix : row.name)

// few letters, so that names share beginnings: below, at and above the slash, and around the gap of the surrogates
const letter = fc.constantFrom('a', 'b', '/', '-', '0', '\u{d7ff}', '\ue000', '\u{10ffff}')
const text = fc.array(letter, { minLength: 1, maxLength: 6 }).map((letters) => letters.join(''))

describe('the list of names', () => {
  it('is that of a model, for any names, prefix, delimiter and place to go on from', async () => {
    await fc.assert(fc.asyncProperty(fc.uniqueArray(text, { maxLength: 40 }), fc.option(text, { nil: '' }), fc.oneof(fc.constant('/'), text), fc.option(text, { nil: undefined }), async (names, prefix, delimiter, after) => {
      const db = await indexOf(names)
      try {
        assert.deepEqual(shown(foldersFrom(db, prefix, delimiter, after)), model(names, prefix, delimiter, after))
        assert.deepEqual(shown(namesFrom(db, prefix, after)), names.filter((name) => name.startsWith(prefix) && bytes(name, after ?? '') > 0).sort(bytes))
      } finally {
        await db.close()
      }
    }), { numRuns: 300 })
  })

  it('goes on behind a folder that was shown, and behind a name below it', async () => {
    const db = await indexOf(['a/x', 'a/y', 'b', 'c/x'])
    assert.deepEqual(shown(foldersFrom(db, '', '/', 'a/')), ['b', 'c/'])
    assert.deepEqual(shown(foldersFrom(db, '', '/', 'a/x')), ['b', 'c/'])
    assert.deepEqual(shown(foldersFrom(db, '', '/', 'a')), ['a/', 'b', 'c/'])
    await db.close()
  })

  it('skips what lies in folders instead of reading it', async () => {
    const below = ['a', 'b', 'c'].flatMap((folder) => Array.from({ length: 3_000 }, (_, n) => `${folder}/${n}`))
    const db = await indexOf([...below, ...Array.from({ length: 40 }, (_, n) => `d${n}`)])
    let rows = 0
    const all = db.all.bind(db)
    db.all = <T> (sql: string, ...params: SqlValue[]): T[] => {
      const found = all<T>(sql, ...params)
      rows += found.length
      return found
    }
    assert.equal(shown(foldersFrom(db, '', '/')).length, 3 + 40)
    assert.ok(rows < 100, `${rows} rows were read`)
    await db.close()
  })

  it('sums the newest versions of each folder, however large, and those beside them', async () => {
    const many = Array.from({ length: 12_345 }, (_, n) => `p/many/${n}`)
    const db = await indexOf(['o', 'p/a', 'p/few/1', 'p/few/deep/2', ...many, 'p/z', 'q'])
    const found = new Map<string, { files: number, size: number, bytes: number, parts: number }>()
    for (const { prefix = '', files, size, bytes } of sumsFrom(db, 'p/', '/')) {
      const sum = found.get(prefix) ?? { files: 0, size: 0, bytes: 0, parts: 0 }
      found.set(prefix, { files: sum.files + files, size: sum.size + size, bytes: sum.bytes + bytes, parts: sum.parts + 1 })
    }
    const length = (names: string[]): number => names.reduce((sum, name) => sum + name.length, 0)
    const of = (names: string[], parts: number): unknown => ({ files: names.length, size: length(names), bytes: names.length * 1_000 + length(names), parts })
    assert.deepEqual(Object.fromEntries(found), { '': of(['p/a', 'p/z'], 2), 'p/few/': of(['p/few/1', 'p/few/deep/2'], 1), 'p/many/': of(many, 3) })
    await db.close()
  })

  it('does not fail at sizes that no file has', async () => {
    const db = await IndexDb.open({ migrations: MIGRATIONS })
    const size = Number.MAX_SAFE_INTEGER
    await db.write(Array.from({ length: 2_000 }, (_, n) => setName(Buffer.from(`x/${n}`), { ...row(`x/${n}`), size })))
    const [sum] = [...sumsFrom(db, '', '/')]
    assert.equal(sum?.files, 2_000)
    assert.equal(sum.size, 2_000 * size)
    assert.equal(totals(db).bytes, 2_000 * size)
    await db.close()
  })

  it('knows what follows all texts that begin alike', () => {
    assert.equal(following('a/'), 'a0')
    assert.equal(following('a\u{d7ff}'), 'a\ue000')
    assert.equal(following('a\u{10ffff}\u{10ffff}'), 'b')
    for (const last of ['', '\u{10ffff}']) assert.deepEqual(following(last), new Uint8Array(0))
  })
})
