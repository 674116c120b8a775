import assert from 'node:assert/strict'
import { readEntry } from '../../../protocols/vault/entry.js'
import { makeAdmit, makePut } from '../../../protocols/vault/make-entry.js'
import { cidOf, DAG_CBOR } from '../../../protocols/block/cid.js'
import { found } from '../../protocols/hello/cast.js'
import { EntryWriter } from '../../../src/vault/entries/entry-writer.js'
import { Compared, lastEntries } from '../../../src/vault/entries/chains.js'
import { peerText } from '../../../src/vault/members/members.js'
import { keysOf, node, openLedger, seed, vault, Writer, type OpenLedger } from '../vaults.js'

const home = vault('chains')
const founder = node('founder')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const idOf = (bytes: Uint8Array): string => hex(readEntry(bytes).id)

/** Puts its number and previous id where a test wants them. */
class Chain extends Writer {
  at (seq: number, prev: Uint8Array): this { return Object.assign(this, { seq, prev }) }
}

describe('vault: chains', () => {
  let open: OpenLedger
  let first: Uint8Array
  let chain: Chain

  beforeEach(async () => {
    open = await openLedger(home)
    first = await found(home, founder)
    await open.ledger.receive([first])
    chain = new Chain(home, founder).at(1, readEntry(first).id)
  })
  afterEach(() => open.close())

  const seqs = (): number[] => open.ledger.forks().map(({ peer, seq }) => {
    assert.equal(peer, peerText(founder.peer))
    return seq
  })

  it('a line shows nothing, in whatever order it comes; a gap shows once a comparison that began after it has ended, until it is closed', async () => {
    const compared = new Compared(open.db)
    const line = ['a', 'b', 'c', 'd'].map((name) => chain.put(name, name))
    assert.deepEqual(seqs(), [])
    compared.met('a')
    await open.ledger.receive([line[0] ?? first, line[3] ?? first])
    assert.deepEqual(seqs(), [])
    // it came while this one ran
    await compared.round('a', true)
    assert.deepEqual(seqs(), [])
    await compared.round('a', false)
    assert.deepEqual(seqs(), [])
    await compared.round('a', true)
    assert.deepEqual(seqs(), [5])
    await open.ledger.receive([line[2] ?? first])
    assert.deepEqual(seqs(), [])
    await compared.round('b', true)
    await compared.round('b', true)
    assert.deepEqual(seqs(), [4])
    await open.ledger.receive([line[1] ?? first])
    assert.deepEqual(seqs(), [])
    await open.ledger.receive([chain.put('e', 'e')])
    assert.deepEqual(seqs(), [])
  })

  it('a fork is shown once, where it begins, and a previous entry that is none', async () => {
    const line = ['a', 'b', 'c', 'd'].map((name) => chain.put(name, name))
    await open.ledger.receive(line)
    assert.deepEqual(seqs(), [])
    chain.at(3, readEntry(line[1] ?? first).id)
    await open.ledger.receive(['e', 'f'].map((name) => chain.put(name, name)))
    assert.deepEqual(seqs(), [4])
    chain.at(9, readEntry(line[0] ?? first).id)
    await open.ledger.receive([chain.put('g', 'g')])
    // its prev is followed by two as well
    assert.deepEqual(seqs(), [3, 4, 10])
  })

  it('what is not known here breaks no chain', async () => {
    await open.ledger.receive([chain.put('a', 'a'), chain.unknown(), chain.put('b', 'b')])
    assert.deepEqual(seqs(), [])
  })

  it('of the vault key, which several owners may use', async () => {
    await open.ledger.receive([chain.setting(), new Chain(home, founder).at(0, new Uint8Array(32)).setting()])
    const other = new Chain(home, founder)
    Object.assign(other, { time: 1 })
    await open.ledger.receive([other.setting()])
    assert.deepEqual(open.ledger.forks(), [{ seq: 1 }])
  })

  it('the last entries are those that no other names, in whatever order they come', async () => {
    const line = ['a', 'b', 'c'].map((name) => chain.put(name, name))
    chain.at(2, readEntry(line[0] ?? first).id)
    const branch = [chain.put('d', 'd'), chain.unknown(), chain.put('e', 'e')]
    const expected = [line[2], branch[2], branch[0]].map((bytes) => idOf(bytes ?? first)).sort()
    const last = (most: number, below?: number): string[] => lastEntries(open.db, chain.key, most, below).map(hex)
    assert.deepEqual(last(16), [idOf(first)])
    for (const bytes of [...line, ...branch].toReversed()) await open.ledger.receive([bytes])
    // the unknown one's own prev is not looked at, so that the one before it stands beside it
    assert.deepEqual(last(16), expected)
    assert.equal(last(1).length, 1)
    assert.deepEqual(last(16, 3), [idOf(line[0] ?? first)])
  })

  it('a node whose folder was restored goes on after what comes back, and loses nothing', async () => {
    const author = new EntryWriter(open.db, home.id, 0, founder.writer)
    const lost = ['a', 'b', 'c'].map((name) => chain.put(name, name))
    const write = async (name: string): Promise<{ seq: number, prev: string, id: string }> => author.write((terms) => makePut({
      ...terms, keys: keysOf(home), name, after: [], clock: 1, lineage: seed(name), seed: seed(name).subarray(0, 16), root: cidOf(DAG_CBOR, seed(name)), bytes: 500, key: seed(name), size: 1
    }), async ({ bytes, entry, id }) => {
      await open.ledger.take(entry.kind === 'put' ? open.ledger.read(bytes) : entry)
      assert.ok(entry.kind === 'put')
      return { seq: entry.seq, prev: hex(entry.prev), id: hex(id) }
    })
    const before = await write('x')
    assert.deepEqual([before.seq, before.prev], [2, idOf(first)])
    assert.deepEqual(author.heads().map(hex), [before.id])
    await open.ledger.receive(lost)
    const after = await write('y')
    assert.deepEqual([after.seq, after.prev], [5, idOf(lost[2] ?? first)])
    assert.deepEqual(author.heads().map(hex), [before.id, after.id].sort())
    assert.deepEqual(seqs(), [2])
    assert.equal((await write('z')).prev, after.id)
  })

  it('of two with one number the higher id is gone on from', async () => {
    const author = new EntryWriter(open.db, home.id, 0, founder.writer)
    const two = ['a', 'b'].map((name) => new Chain(home, founder).at(1, readEntry(first).id).put(name, name))
    await open.ledger.receive(two)
    const highest = two.map((bytes) => idOf(bytes)).sort().at(-1)
    await author.write((terms) => {
      assert.deepEqual([terms.seq, hex(terms.prev)], [3, highest])
      return makeAdmit({ ...terms, member: readAdmitted(first) })
    }, async () => {})
  })
})

function readAdmitted (bytes: Uint8Array): Uint8Array {
  const entry = readEntry(bytes)
  return entry.kind === 'admit' ? entry.admit.member.encoded : new Uint8Array()
}
