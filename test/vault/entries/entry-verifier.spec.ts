import assert from 'node:assert/strict'
import { Worker } from 'node:worker_threads'
import { encode } from '../../../protocols/block/cbor.js'
import { sign } from '../../../protocols/vault/ed25519.js'
import { entryDigest, readEntry } from '../../../protocols/vault/entry.js'
import { Verifier } from '../../../src/vault/entries/entry-verifier.js'
import { failsWith } from '../../node/cluster.js'
import { node, threeAdmits, vault, Writer } from '../vaults.js'

const home = vault('verifier')
const writer = new Writer(home, node('verifier'))
const ENTRIES = Array.from({ length: 12 }, (_, n) => writer.put(`file ${n}`, `content ${n}`))

/** The same entry with one bit of the signature's S changed. */
function forged (bytes: Uint8Array): Uint8Array {
  const at = bytes.length - 20
  return bytes.with(at, (bytes[at] ?? 0) ^ 1)
}

/** An entry with this public part, under a signature that holds. */
function signed (publicPart: object): Uint8Array {
  const [bytes, sealed] = [encode(publicPart), new Uint8Array(0)]
  return encode([bytes, sealed, sign(node('verifier').writer, 'entry', entryDigest(bytes, sealed))])
}

/** A list with one entry in another's place. */
const withAt = (at: number, bytes: Uint8Array): Uint8Array[] => ENTRIES.with(at, bytes)
const ids = (entries: Array<{ id: Uint8Array }>): string[] => entries.map(({ id }) => Buffer.from(id).toString('hex'))
const EXPECTED = ids(ENTRIES.map(readEntry))

/** A thread that does `code` with each list it is given; `port` and `list` are there. */
function thread (code: string): Worker {
  return new Worker(`const { parentPort: port } = require('node:worker_threads'); port.on('message', ({ list, lengths }) => { ${code} })`, { eval: true })
}

describe('verifier', () => {
  const open: Verifier[] = []
  const started: Worker[] = []
  const opened = (start?: () => Worker): Verifier => {
    const verifier = start === undefined
      ? new Verifier()
      : new Verifier({
        start: () => {
          const worker = start()
          started.push(worker)
          return worker
        }
      })
    open.push(verifier)
    return verifier
  }
  afterEach(async () => {
    await Promise.all(open.splice(0).map((verifier) => verifier.close()))
    await Promise.all(started.splice(0).map((worker) => worker.terminate()))
  })

  it('gives the entries of a page, in its order, with bytes of their own', async () => {
    const verifier = opened()
    const page = ENTRIES.map((bytes) => bytes.slice())
    const verifying = verifier.verify(page)
    for (const bytes of page) bytes.fill(0)
    const entries = await verifying
    assert.deepEqual(ids(entries), EXPECTED)
    assert.deepEqual(entries.map(({ encoded }) => Buffer.from(encoded).toString('hex')), ENTRIES.map((bytes) => Buffer.from(bytes).toString('hex')))
  })

  it('gives what readEntry gives, for every kind', async () => {
    const { admits, people } = await threeAdmits(home)
    const [founder] = people
    const each = new Writer(home, founder)
    const all = [...admits, each.put('a', 'b'), each.delete('a', { heads: [] }), each.forget('a', [new Uint8Array(32)]), each.unknown(), new Writer(home, founder).setting()]
    assert.deepEqual(await opened().verify(all), all.map(readEntry))
    assert.deepEqual(await opened().verify(all.slice(0, 3)), all.slice(0, 3).map(readEntry))
    assert.deepEqual(await opened().verify([]), [])
  })

  it('verifies a page on the thread, and a few entries here', async () => {
    let asked = 0
    const verifier = opened(() => {
      const worker = thread('port.postMessage({ list, entries: lengths.length })')
      worker.on('message', () => { asked++ })
      return worker
    })
    await verifier.verify(ENTRIES.slice(0, 4))
    assert.deepEqual([started.length, asked], [0, 0])
    await Promise.all([verifier.verify(ENTRIES), verifier.verify(ENTRIES.slice(0, 5))])
    assert.deepEqual([started.length, asked], [1, 2])
  })

  for (const [what, bad, code] of [
    ['a signature that does not hold', forged(ENTRIES[5]!), 'INVALID_DATA'],
    ['bytes that are no entry', Uint8Array.of(1, 2, 3), 'MALFORMED'],
    ['no bytes', new Uint8Array(0), 'MALFORMED'],
    ['a form that is wrong under a good signature', signed({ v: 1, kind: 'put' }), 'MALFORMED'],
    ['an entry that is too long', encode([new Uint8Array(9000), new Uint8Array(0), new Uint8Array(64)]), 'MALFORMED']
  ] as const) {
    it(`refuses ${what}, alone and in a page, and goes on`, async () => {
      const verifier = opened()
      await failsWith(verifier.verify([bad]), code)
      for (const at of [0, 5, 11]) await failsWith(verifier.verify(withAt(at, bad)), code)
      assert.deepEqual(ids(await verifier.verify(ENTRIES)), EXPECTED)
    })
  }

  it('throws the error of the first bad one, with all that it says', async () => {
    const both = withAt(7, forged(ENTRIES[7]!))
    await failsWith(opened().verify(both.with(3, new Uint8Array(1))), 'MALFORMED')
    const error = await failsWith(opened().verify(both.with(9, new Uint8Array(1))), 'INVALID_DATA')
    const here = await failsWith(opened().verify([forged(ENTRIES[7]!)]), 'INVALID_DATA')
    assert.deepEqual({ ...error, name: error.name, message: error.message }, { ...here, name: here.name, message: here.message })
  })

  it('answers each of many lists that are under way at once', async () => {
    const verifier = opened()
    const lists = Array.from({ length: 8 }, (_, n) => n % 3 === 1 ? withAt(n, forged(ENTRIES[n]!)) : ENTRIES.slice(0, 5 + n % 7))
    const results = await Promise.allSettled(lists.map((list) => verifier.verify(list)))
    assert.deepEqual(results.map((result) => result.status === 'fulfilled' ? ids(result.value) : (result.reason as { code: string }).code),
      lists.map((list, n) => n % 3 === 1 ? 'INVALID_DATA' : EXPECTED.slice(0, list.length)))
  })

  it('verifies here what a dying thread had not, and takes a new thread for the next list, three in all', async () => {
    const verifier = opened(() => thread(started.length % 2 === 0 ? 'process.exit(1)' : 'throw new Error("a fault")'))
    for (let n = 0; n < 5; n++) {
      const [good, bad] = await Promise.allSettled([verifier.verify(ENTRIES), verifier.verify(withAt(2, forged(ENTRIES[2]!)))])
      assert.ok(good.status === 'fulfilled' && bad.status === 'rejected')
      assert.deepEqual(ids(good.value), EXPECTED)
      assert.equal((bad.reason as { code: string }).code, 'INVALID_DATA')
    }
    assert.equal(started.length, 3)
  })

  it('verifies here where no thread can start', async () => {
    const verifier = opened(() => { throw new Error('no room') })
    assert.deepEqual(ids(await verifier.verify(ENTRIES)), EXPECTED)
    await failsWith(verifier.verify(withAt(2, forged(ENTRIES[2]!))), 'INVALID_DATA')
  })

  it('does not take part of a list for all of it, nor another list\'s answer', async () => {
    const short = opened(() => thread('port.postMessage({ list, entries: lengths.length - 1 })'))
    await failsWith(short.verify(withAt(11, forged(ENTRIES[11]!))), 'INVALID_DATA')
    const mixed = opened(() => thread('port.postMessage({ list: list + 1, entries: lengths.length }); process.exit()'))
    await failsWith(mixed.verify(withAt(11, forged(ENTRIES[11]!))), 'INVALID_DATA')
  })

  it('close ends what is under way, and the thread', async () => {
    const silent = opened(() => thread(''))
    const waiting = [failsWith(silent.verify(ENTRIES), 'NODE_STOPPED'), failsWith(silent.verify(ENTRIES), 'NODE_STOPPED')]
    const exited = new Promise((resolve) => { started[0]?.once('exit', resolve) })
    await Promise.all([silent.close(), silent.close(), ...waiting, exited])
    await failsWith(silent.verify(ENTRIES), 'NODE_STOPPED')
    await failsWith(silent.verify([]), 'NODE_STOPPED')
    const unused = opened()
    await unused.close()
  })

  it('close ends what is being parsed after the thread has said yes', async () => {
    const verifier = opened()
    const long = Array.from({ length: 40 }, (_, n) => ENTRIES[n % ENTRIES.length]!)
    const yes = new Verifier({
      start: () => {
        const worker = thread('port.postMessage({ list, entries: lengths.length })')
        // after the verifier's own listener: the first entries are parsed by then
        process.nextTick(() => worker.on('message', () => { setImmediate(() => { void yes.close() }) }))
        started.push(worker)
        return worker
      }
    })
    open.push(yes)
    assert.equal((await verifier.verify(long)).length, 40)
    await failsWith(yes.verify(long), 'NODE_STOPPED')
  })
})
