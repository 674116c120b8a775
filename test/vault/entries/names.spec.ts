import assert from 'node:assert/strict'
import fc from 'fast-check'
import { readEntry } from '../../../protocols/vault/entry.js'
import { tagOf } from '../../../protocols/vault/private-part.js'
import { base32 } from '../../../protocols/vault/text.js'
import { checkName, list, lookup, similar } from '../../../src/vault/entries/names.js'
import { failsWith } from '../../node/cluster.js'
import { keysOf, openLedger, threeAdmits, vault, Writer, type OpenLedger } from '../vaults.js'

const home = vault('names')
const keys = keysOf(home)

describe('names', () => {
  let open: OpenLedger
  let writer: Writer
  beforeEach(async () => {
    open = await openLedger(home)
    const { admits, people } = await threeAdmits(home)
    for (const bytes of admits) await open.ledger.receive([bytes])
    writer = new Writer(home, people[0])
  })
  afterEach(() => open.close())

  const put = async (name: string, content: string): Promise<string> => {
    const bytes = writer.put(name, content, open.ledger.heads(tagOf(keys.name, name)))
    await open.ledger.receive([bytes])
    return base32(readEntry(bytes).id)
  }
  const listed = (prefix = ''): string[] => [...list(open.db, prefix)].map(({ name }) => name)

  it('finds the newest version, and any by itself or its beginning, in any case', async () => {
    const versions = [await put('x', 'one'), await put('x', 'two'), await put('x', 'three')]
    assert.equal(lookup(open.db, keys, 'x')?.info.version, versions[2])
    for (const version of versions) {
      for (const asked of [version, version.slice(0, 6), version.toUpperCase()]) assert.equal(lookup(open.db, keys, 'x', asked)?.info.version, version)
    }
    assert.equal(lookup(open.db, keys, 'x', 'aaaaaaaa'), undefined)
    assert.equal(lookup(open.db, keys, 'y'), undefined)
    // a version of another name is none of this one
    const other = await put('y', 'other')
    assert.equal(lookup(open.db, keys, 'x', other), undefined)
    await failsWith((async () => lookup(open.db, keys, 'x', versions[0]?.slice(0, 5)))(), 'INVALID_OPTION')
  })

  it('of two versions that begin alike wants more characters', async () => {
    const [first] = [await put('x', 'one'), await put('x', 'two')]
    // versions that really begin alike would take 2^30 tries
    const row = open.db.get<{ id: Uint8Array }>('SELECT id FROM entries WHERE id <> ? AND root IS NOT NULL', readEntryId(first))
    assert.ok(row !== undefined)
    const twin = readEntryId(first).slice()
    twin[31] = (twin[31] ?? 0) ^ 0xff
    await open.db.write([['UPDATE entries SET id = ? WHERE id = ?', twin, row.id]])
    await failsWith((async () => lookup(open.db, keys, 'x', first.slice(0, 10)))(), 'INVALID_OPTION')
  })

  it('a deleted name is not there, its versions are', async () => {
    const version = await put('x', 'one')
    await open.ledger.receive([writer.delete('x', open.ledger.heads(tagOf(keys.name, 'x')))])
    assert.equal(lookup(open.db, keys, 'x'), undefined)
    assert.deepEqual(listed(), [])
    assert.equal(lookup(open.db, keys, 'x', version)?.info.version, version)
    await put('x', 'again')
    assert.deepEqual(listed(), ['x'])
  })

  it('are listed by their bytes, a prefix being text', async () => {
    // U+FFFD sorts before U+1F600 by bytes, and after it by UTF-16 code units
    const all = ['a', 'a b', 'a/b', 'a/é', 'a0', 'A', 'z', 'ä', '\ufffd', '😀', '100%', '_x', 'a\\b', '[a]']
    for (const name of all) await put(name, name)
    const sorted = all.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)))
    assert.deepEqual(listed(), sorted)
    for (const prefix of ['a', 'a/', 'a/b', '%', '1', '_', '😀', '\ufffd', 'ä', 'a\u0308', 'zz', '['] ) {
      assert.deepEqual(listed(prefix), sorted.filter((name) => name.startsWith(prefix.normalize('NFC'))), prefix)
    }
  })

  it('are listed in pages without loss while others are put', async () => {
    const names = Array.from({ length: 1_200 }, (_, n) => `p/${String(n).padStart(5, '0')}`)
    for (const name of names) await put(name, 'x')
    const seen: string[] = []
    for (const { name } of list(open.db, 'p/')) {
      if (seen.length === 700) await put('p/00000a', 'behind')
      if (seen.length === 800) await put('p/01199a', 'ahead')
      seen.push(name)
    }
    assert.deepEqual(seen, [...names, 'p/01199a'])
  })

  it('alike are found for the message', async () => {
    for (const name of ['photos/cat.jpg', 'photos/dog.jpg', 'cat.png', '100%.txt', 'a_b', 'axb']) await put(name, name)
    assert.deepEqual(similar(open.db, 'photo/cat.jpg', 3), ['photos/cat.jpg', 'cat.png'])
    assert.deepEqual(similar(open.db, 'cat', 1), ['cat.png'])
    assert.deepEqual(similar(open.db, 'a_', 3), ['a_b'])
    assert.deepEqual(similar(open.db, '%', 3), [])
    assert.deepEqual(similar(open.db, 'nothing like it', 3), [])
  })

  it('are taken to NFC, and refused when nobody could keep them', async () => {
    assert.equal(checkName('e\u0301'), 'é')
    await put('é', 'x')
    assert.equal(lookup(open.db, keys, 'e\u0301')?.info.name, 'é')
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 12 }), async (text) => {
      let name: string
      try {
        name = checkName(text)
      } catch (error) {
        assert.equal((error as { code: string }).code, 'INVALID_NAME')
        return
      }
      assert.equal(name, text.normalize('NFC'))
      assert.equal(checkName(name), name)
      assert.ok(name.split('/').every((part) => part !== '' && part !== '.' && part !== '..'))
    }))
  })
})

function readEntryId (version: string): Uint8Array {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
  let bits = 0n
  for (const letter of version) bits = bits << 5n | BigInt(alphabet.indexOf(letter))
  bits >>= BigInt(version.length * 5 - 256)
  return new Uint8Array(Buffer.from(bits.toString(16).padStart(64, '0'), 'hex'))
}
