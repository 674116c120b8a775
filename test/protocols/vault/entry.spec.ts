import assert from 'node:assert/strict'
import fc from 'fast-check'
import { cidOf, DAG_CBOR, RAW } from '../../../protocols/block/cid.js'
import { compareBytes } from '../../../protocols/block/hash.js'
import { ProtocolError } from '../../../protocols/errors.js'
import { isVaultEntry, readEntry } from '../../../protocols/vault/entry.js'
import { readKeys } from '../../../protocols/vault/keys.js'
import { MAX_ENTRY_BYTES } from '../../../protocols/vault/limits.js'
import { makeDelete, makeForget, makePut, makeRevoke, makeSetting } from '../../../protocols/vault/make-entry.js'
import { openEntry } from '../../../protocols/vault/private-part.js'
import { ascii, content, fixed, founder, founderAdmit, joinerAdmit, keys, name, place, second, vault, ZEROS } from '../../vectors/vault-fixtures.js'

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
const number = fc.maxSafeNat()
const puts = fc.record({
  after: fc.uniqueArray(bytes(32), { maxLength: 16, comparator: (a, b) => compareBytes(a, b) === 0 }).map((ids) => ids.sort(compareBytes)),
  clock: fc.integer({ min: 1 }), seed: bytes(16), lineage: bytes(32), key: bytes(32), size: number, bytes: number,
  name: fc.string({ unit: fc.constantFrom('a', 'é', '😀', ' ', '.x'), minLength: 1, maxLength: 250 }).filter((of) => of !== '.' && of !== '..'),
  root: fc.uint8Array().map((of) => cidOf(DAG_CBOR, of))
}, { requiredKeys: ['after', 'clock', 'seed', 'lineage', 'key', 'size', 'bytes', 'name', 'root'] })
const extras = fc.record({ copies: number, mtime: fc.maxSafeInteger(), type: fc.string({ maxLength: 40 }), label: fc.string({ maxLength: 80 }) }, { requiredKeys: [] })

describe('vault: entries', () => {
  it('a put says again what it was made of', () => {
    fc.assert(fc.property(puts, extras, (put, extra) => {
      const made = makePut({ ...second, ...put, ...extra, keys })
      assert.ok(made.bytes.length <= MAX_ENTRY_BYTES)
      const entry = readEntry(made.bytes)
      assert.ok(entry.kind === 'put')
      const { id, tag: _tag, writer: _writer, encoded, publicBytes: _public, sealed, ...shown } = entry
      const { name: wanted, key, size, lineage, ...rest } = put
      const { copies, ...hidden } = extra
      assert.deepEqual(id, made.id)
      assert.deepEqual(encoded, made.bytes)
      assert.equal(sealed.length % 128, 80)
      const { writer: _seed, ...author } = second
      assert.deepEqual(shown, { kind: 'put', ...author, ...rest, ...(copies === undefined ? {} : { copies }) })
      assert.deepEqual(openEntry(entry, keys), { name: wanted.normalize('NFC'), key, size, lineage, ...hidden })
    }), { numRuns: 100 })
  })

  it('reading is total: any bytes are an entry or a ProtocolError', () => {
    const whole = makePut({ ...second, ...place, ...content }).bytes
    const damaged = fc.tuple(fc.constantFrom(whole, founderAdmit.bytes, joinerAdmit.bytes), fc.nat(), fc.integer({ min: 1, max: 255 }))
      .map(([of, at, by]) => of.map((byte, i) => i === at % of.length ? byte ^ by : byte))
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), damaged), (encoded) => {
      assert.throws(() => readEntry(encoded), (error) => error instanceof ProtocolError && (error.code === 'MALFORMED' || error.code === 'INVALID_DATA'))
    }), { numRuns: 500 })
  })

  it('opens with the keys of its vault and epoch alone', () => {
    const entry = readEntry(makePut({ ...second, ...place, ...content }).bytes)
    assert.ok(entry.kind === 'put')
    assert.equal(openEntry(entry, keys).name, name)
    assert.throws(() => openEntry(entry, readKeys(fixed('R'))), { code: 'INVALID_DATA' })
    assert.throws(() => openEntry(entry, { ...keys, name: fixed('name') }), { code: 'INVALID_DATA' })
  })

  it('keeps tags equal over epochs', () => {
    const later = readKeys(fixed('R of epoch 1'), vault.read)
    const [one, two] = [keys, later].map((of, epoch) => readEntry(makePut({ ...second, ...place, ...content, keys: of, epoch }).bytes))
    assert.ok(one?.kind === 'put' && two?.kind === 'put')
    assert.deepEqual(one.tag, two.tag)
    assert.equal(openEntry(two, later).name, name)
  })

  it('the same put twice is the same entry; what differs in one field seals to something else', () => {
    const put = makePut({ ...second, ...place, ...content })
    assert.deepEqual(makePut({ ...second, ...place, ...content }), put)
    const [a, b] = [put, makePut({ ...second, ...place, ...content, size: 1 })].map(({ bytes }) => readEntry(bytes))
    assert.notDeepEqual(a?.sealed, b?.sealed)
  })

  it('does not make what nobody would read', () => {
    const put = { ...second, ...place, ...content }
    const wrong: Array<[string, () => unknown]> = [
      ['MALFORMED', () => makePut({ ...put, seq: 0 })],
      ['MALFORMED', () => makePut({ ...put, prev: ZEROS })],
      ['MALFORMED', () => makePut({ ...put, clock: 0 })],
      ['MALFORMED', () => makePut({ ...put, size: -1 })],
      ['MALFORMED', () => makePut({ ...put, size: 1.5 })],
      ['MALFORMED', () => makePut({ ...put, time: Number.NaN })],
      ['MALFORMED', () => makePut({ ...put, copies: -1 })],
      ['MALFORMED', () => makePut({ ...put, type: 'x'.repeat(129) })],
      ['MALFORMED', () => makePut({ ...put, label: 'x'.repeat(257) })],
      ['MALFORMED', () => makePut({ ...put, root: cidOf(RAW, ascii('x')) })],
      ['MALFORMED', () => makePut({ ...put, seed: new Uint8Array(15) })],
      ['MALFORMED', () => makePut({ ...put, lineage: new Uint8Array(31) })],
      ['MALFORMED', () => makePut({ ...put, key: new Uint8Array(31) })],
      ['MALFORMED', () => makePut({ ...put, after: [fixed('a'), fixed('a')] })],
      ['MALFORMED', () => makePut({ ...put, writer: vault.sign })],
      ['MALFORMED', () => makePut({ ...put, writer: new Uint8Array(31) })],
      ['INVALID_DATA', () => makePut({ ...put, name: '../x' })],
      ['INVALID_DATA', () => makeDelete({ ...second, ...place, name: '' })],
      ['MALFORMED', () => makeForget({ ...second, keys, name, versions: [] })],
      ['MALFORMED', () => makeRevoke({ ...second, revoked: { link: new Uint8Array(16) } })],
      ['MALFORMED', () => makeSetting({ ...second, settings: {} })]
    ]
    for (const [code, make] of wrong) assert.throws(make, { name: 'ProtocolError', code })
  })

  it('knows which kinds are taken in first', () => {
    const entries = [founderAdmit, makeSetting({ ...second, writer: vault.sign, settings: {} }), makePut({ ...second, ...place, ...content }), makeDelete({ ...second, ...place })]
    assert.deepEqual(entries.map(({ bytes }) => isVaultEntry(readEntry(bytes))), [true, true, false, false])
  })

  it('shows no secret in what it refuses', () => {
    for (const secret of [founder.writer, content.key, place.lineage]) {
      try {
        makePut({ ...second, ...place, ...content, key: content.key.subarray(1), writer: founder.writer })
        assert.fail('made')
      } catch (error) {
        const said = `${String((error as Error).stack)} ${JSON.stringify(error)}`
        assert.equal(said.includes(Buffer.from(secret).toString('hex')) || said.includes(name), false)
      }
    }
  })
})
