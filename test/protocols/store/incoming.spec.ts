import assert from 'node:assert/strict'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import { MAX_BLOCK_BYTES } from '../../../protocols/block/cid.js'
import { ProtocolError, WIRE_CODES } from '../../../protocols/errors.js'
import { CREDIT_BYTES, EARLY_BYTES, MAX_ENTRY_BYTES, MAX_OFFER_CIDS, MAX_OFFERS, MAX_TEXT_BYTES, MAX_UPLOADS, MIN_COST_BYTES, STORING_BLOCKS, STORING_BYTES } from '../../../protocols/store/constants.js'
import { MAX_QUEUED_BYTES } from '../../../protocols/framing/limits.js'
import { handleStore, type HandleStoreOptions } from '../../../protocols/store/handler.js'
import { withCode } from '../codes.js'
import { gatedPair } from '../gated-streams.js'
import { block, ended, ENTRY, ENTRY_ID, MemoryBackend, Script, settled, UPLOAD_ID } from './fixtures.js'

describe('store: incoming', () => {
  let stream: Stream
  let dialer: Script
  let backend: MemoryBackend
  let handled: Promise<void>

  async function start (options: HandleStoreOptions = {}): Promise<void> {
    const [a, b] = await streamPair()
    stream = b
    dialer = new Script(a)
    backend = new MemoryBackend()
    handled = handleStore(b, backend, options)
    handled.catch(() => { /* each test looks at it */ })
  }

  async function open (upload: number, expected = 0): Promise<void> {
    await dialer.send({ open: { upload, id: UPLOAD_ID, expected } })
    assert.deepEqual(await dialer.expect('opened', 'credit', 'stored'), { kind: 'opened', upload })
  }

  async function finish (): Promise<void> {
    await dialer.channel.close()
    while (await dialer.channel.read() !== undefined);
    await handled
  }

  beforeEach(async () => { await start() })

  it('takes an upload in: opened, want, stored and credit, receipt', async () => {
    const [one, two] = [block(1), block(2, MAX_BLOCK_BYTES)]
    backend.held.set(one.cid.toString(), one.bytes)
    await open(1, 2_000_000)
    await dialer.send({ offer: { upload: 1, cids: [one.cid.bytes, two.cid.bytes], sizes: [one.bytes.length, two.bytes.length] } })
    assert.deepEqual(await dialer.expect('want'), { kind: 'want', upload: 1, bits: Uint8Array.of(0b10) })
    await dialer.sendBlock(1, two)
    assert.deepEqual(await dialer.expect('credit'), { kind: 'credit', bytes: MAX_BLOCK_BYTES })
    assert.deepEqual(await dialer.expect('stored'), { kind: 'stored', upload: 1, cids: [two.cid.bytes] })
    assert.deepEqual(backend.held.get(two.cid.toString()), two.bytes)
    await dialer.send({ done: { upload: 1, entry: ENTRY } })
    assert.deepEqual(await dialer.expect('receipt'), { kind: 'receipt', upload: 1, entry: ENTRY_ID })
    await finish()
    assert.deepEqual([await ended(stream), await dialer.ended()], ['closed', 'closed'])
    assert.deepEqual(backend.calls, ['open 5 2000000', `want 1000,${MAX_BLOCK_BYTES}`, 'done 300 with 0 stores under way', 'end whole with 0 stores under way'])
  })

  it('takes a small upload that comes whole before its opening was answered', async () => {
    const opening = Promise.withResolvers<undefined>()
    backend.onOpen = async () => opening.promise
    await dialer.send({ open: { upload: 1, id: UPLOAD_ID, expected: 1000 } })
    await dialer.sendBlock(1, block(1))
    await dialer.send({ done: { upload: 1, entry: ENTRY } })
    opening.resolve(undefined)
    await dialer.expect('opened', 'credit')
    await dialer.expect('receipt', 'credit', 'stored')
    assert.equal(backend.held.size, 1)
  })

  it('refuses what comes before a refused opening was answered, gives its credit back, and goes on', async () => {
    const opening = Promise.withResolvers<undefined>()
    backend.onOpen = async () => opening.promise
    await dialer.send({ open: { upload: 1, id: UPLOAD_ID, expected: 1000 } })
    await dialer.sendBlock(1, block(1))
    assert.deepEqual(await dialer.expect('credit'), { kind: 'credit', bytes: MIN_COST_BYTES })
    await dialer.send({ done: { upload: 1, entry: ENTRY } })
    opening.reject(new ProtocolError('NOT_ALLOWED', 'a member with role read pushes nothing'))
    const refusal = await dialer.expect('refusal')
    assert.deepEqual([refusal.upload, refusal.code, refusal.retry], [1, WIRE_CODES.NOT_ALLOWED, false])
    await dialer.sendBlock(1, block(2))
    assert.deepEqual(await dialer.expect('credit'), { kind: 'credit', bytes: MIN_COST_BYTES })
    backend.onOpen = async () => { /* taken on */ }
    await open(2)
    await finish()
    assert.deepEqual(backend.calls, ['open 5 1000', 'open 5 0', 'end aborted with 0 stores under way'])
    assert.equal(backend.held.size, 0)
  })

  it('gives credit back when a block is verified, before it is durable, and holds it back beyond STORING_BYTES', async () => {
    const disk = Promise.withResolvers<undefined>()
    backend.onStore = async () => disk.promise
    await open(1)
    let credit = CREDIT_BYTES
    let sent = 0
    // each block that the credit allows; the disk does nothing
    for (;;) {
      while (credit >= MAX_BLOCK_BYTES) {
        await dialer.sendBlock(1, block(sent, MAX_BLOCK_BYTES))
        credit -= MAX_BLOCK_BYTES
        sent++
      }
      if (sent * MAX_BLOCK_BYTES === CREDIT_BYTES + STORING_BYTES) break
      credit += (await dialer.expect('credit')).bytes
    }
    await settled()
    assert.equal(dialer.channel.bufferedBytes, 0)
    disk.resolve(undefined)
    let back = 0
    while (back < CREDIT_BYTES) {
      const message = await dialer.next('stored')
      if (message.kind === 'credit') back += message.bytes
    }
    assert.equal(back, CREDIT_BYTES)
    await finish()
  })

  it('stores several blocks at once, never more than STORING_BLOCKS', async () => {
    backend.onStore = settled
    await open(1)
    for (let i = 0; i < 3 * STORING_BLOCKS; i++) await dialer.sendBlock(1, block(i, 1000 + i))
    await dialer.send({ done: { upload: 1, entry: ENTRY } })
    await dialer.expect('receipt', 'credit', 'stored')
    assert.equal(backend.mostStoring, STORING_BLOCKS)
    assert.equal(backend.held.size, 3 * STORING_BLOCKS)
  })

  it('calls done only when every block of the upload is durable', async () => {
    const disk = Promise.withResolvers<undefined>()
    backend.onStore = async () => disk.promise
    await open(1)
    await dialer.sendBlock(1, block(1))
    await dialer.send({ done: { upload: 1, entry: ENTRY } })
    await settled()
    assert.deepEqual(backend.calls, ['open 5 0'])
    disk.resolve(undefined)
    await dialer.expect('receipt', 'credit', 'stored')
    assert.equal(backend.calls[1], 'done 300 with 0 stores under way')
  })

  it('refuses one upload when the backend does, and leaves the others alone', async () => {
    await open(1)
    await open(2)
    backend.onStore = async () => { throw new ProtocolError('NO_SPACE', 'full') }
    await dialer.sendBlock(1, block(1))
    const refusal = await dialer.expect('refusal', 'credit')
    assert.deepEqual([refusal.upload, refusal.code, refusal.retry], [1, WIRE_CODES.NO_SPACE, true])
    backend.onStore = async () => { /* room again */ }
    await dialer.sendBlock(1, block(2))
    await dialer.send({ done: { upload: 1, entry: ENTRY } })
    await dialer.sendBlock(2, block(3))
    await dialer.send({ done: { upload: 2, entry: ENTRY } })
    assert.equal((await dialer.expect('receipt', 'credit', 'stored')).upload, 2)
    assert.deepEqual([...backend.held.keys()], [block(3).cid.toString()])
  })

  it('refuses with the code that done failed with; other errors are INTERNAL and tell nothing', async () => {
    await open(1)
    backend.onDone = async () => { throw new ProtocolError('INCOMPLETE', '3 blocks miss') }
    await dialer.send({ done: { upload: 1, entry: ENTRY } })
    assert.equal((await dialer.expect('refusal')).code, WIRE_CODES.INCOMPLETE)
    await open(2)
    backend.onDone = async () => { throw new Error('EIO: /home/ana/secret') }
    await dialer.send({ done: { upload: 2, entry: ENTRY } })
    const refusal = await dialer.expect('refusal')
    assert.equal(refusal.code, WIRE_CODES.INTERNAL)
    assert.doesNotMatch(refusal.text, /secret/)
    await finish()
    assert.deepEqual(backend.calls.filter((call) => call.startsWith('end')), Array.from({ length: 2 }, () => 'end aborted with 0 stores under way'))
  })

  it('ends an aborted upload when its stores have settled', async () => {
    const disk = Promise.withResolvers<undefined>()
    backend.onStore = async () => disk.promise
    await open(1)
    await dialer.sendBlock(1, block(1))
    await dialer.send({ abort: { upload: 1 } })
    await settled()
    assert.deepEqual(backend.calls, ['open 5 0'])
    disk.resolve(undefined)
    await finish()
    assert.deepEqual(backend.calls, ['open 5 0', 'end aborted with 0 stores under way'])
  })

  it('refuses one upload more than MAX_UPLOADS with LIMIT', async () => {
    for (let i = 1; i <= MAX_UPLOADS; i++) await open(i)
    await dialer.send({ open: { upload: MAX_UPLOADS + 1, id: UPLOAD_ID, expected: 0 } })
    assert.equal((await dialer.expect('refusal')).code, WIRE_CODES.LIMIT)
    await dialer.send({ abort: { upload: 1 } })
    await open(MAX_UPLOADS + 2)
    await finish()
  })

  const two = [block(1), block(2)] as const
  let release: (value: undefined) => void
  let hanging: Promise<undefined>
  /** Until the stream has ended. */
  const hang = async (): Promise<void> => { await hanging }
  const faults: Array<[fault: string, code: keyof typeof WIRE_CODES, run: () => Promise<void>]> = [
    ['bytes that are not those of the CID', 'HASH_MISMATCH', async () => { await open(1); await dialer.sendBlock(1, { cid: two[0].cid, bytes: two[1].bytes }) }],
    ['a block beyond the credit', 'LIMIT', async () => {
      backend.onStore = hang
      await open(1)
      for (let i = 0; i < 8; i++) await dialer.sendBlock(1, block(i, MAX_BLOCK_BYTES))
    }],
    ['a block above the bound', 'LIMIT', async () => { await open(1); await dialer.sendBlock(1, { cid: two[0].cid, bytes: new Uint8Array(MAX_BLOCK_BYTES + 1) }) }],
    ['a block before a large upload was opened', 'LIMIT', async () => { backend.onOpen = hang; await dialer.send({ open: { upload: 1, id: UPLOAD_ID, expected: EARLY_BYTES + 1 } }); await dialer.sendBlock(1, two[0]) }],
    ['a block before an upload of unknown size was opened', 'LIMIT', async () => { backend.onOpen = hang; await dialer.send({ open: { upload: 1, id: UPLOAD_ID, expected: 0 } }); await dialer.sendBlock(1, two[0]) }],
    ['more than EARLY_BYTES before an upload was opened', 'LIMIT', async () => { backend.onOpen = hang; await dialer.send({ open: { upload: 1, id: UPLOAD_ID, expected: 1 } }); await dialer.sendBlock(1, block(1, EARLY_BYTES)); await dialer.sendBlock(1, two[1]) }],
    ['a block of no upload', 'MALFORMED', async () => dialer.sendBlock(1, two[0])],
    ['a CID of another form', 'MALFORMED', async () => { await open(1); await dialer.send({ block: { upload: 1, cid: new Uint8Array(36) }, data: two[0].bytes }) }],
    ['numbers that do not rise', 'MALFORMED', async () => { await open(2); await dialer.send({ open: { upload: 2, id: UPLOAD_ID, expected: 0 } }) }],
    ['the number 0', 'MALFORMED', async () => dialer.send({ open: { upload: 0, id: UPLOAD_ID, expected: 0 } })],
    ['an upload id of another length', 'MALFORMED', async () => dialer.send({ open: { upload: 1, id: new Uint8Array(15), expected: 0 } })],
    ['a block after done', 'MALFORMED', async () => { await open(1); backend.onDone = settled; await dialer.send({ done: { upload: 1, entry: ENTRY } }); await dialer.sendBlock(1, two[0]) }],
    ['an entry above the bound', 'LIMIT', async () => { await open(1); await dialer.send({ done: { upload: 1, entry: new Uint8Array(MAX_ENTRY_BYTES + 1) } }) }],
    ['more offers than are allowed', 'LIMIT', async () => {
      backend.onWant = hang
      await open(1)
      for (let i = 0; i <= MAX_OFFERS; i++) await dialer.send({ offer: { upload: 1, cids: [two[0].cid.bytes], sizes: [1000] } })
    }],
    ['an offer of too many CIDs', 'LIMIT', async () => { await open(1); await dialer.send({ offer: { upload: 1, cids: Array.from({ length: MAX_OFFER_CIDS + 1 }, () => two[0].cid.bytes), sizes: [] } }) }],
    ['an offer with more CIDs than sizes', 'MALFORMED', async () => { await open(1); await dialer.send({ offer: { upload: 1, cids: [two[0].cid.bytes, two[1].cid.bytes], sizes: [1000] } }) }],
    ['an empty offer', 'MALFORMED', async () => { await open(1); await dialer.send({ offer: { upload: 1, cids: [], sizes: [] } }) }],
    ['an offer of a block above the bound', 'MALFORMED', async () => { await open(1); await dialer.send({ offer: { upload: 1, cids: [two[0].cid.bytes], sizes: [MAX_BLOCK_BYTES + 1] } }) }],
    ['a listener\'s message', 'MALFORMED', async () => dialer.send({ credit: { bytes: 1 } })],
    ['a message of an unknown type', 'MALFORMED', async () => dialer.channel.write(Uint8Array.of(0x62, 0))],
    ['a message of two kinds', 'MALFORMED', async () => dialer.send({ abort: { upload: 1 }, open: { upload: 1, id: UPLOAD_ID, expected: 0 } })],
    ['data without a block', 'MALFORMED', async () => dialer.send({ abort: { upload: 1 }, data: new Uint8Array(3) })],
    ['a block without data', 'MALFORMED', async () => { await open(1); await dialer.send({ block: { upload: 1, cid: two[0].cid.bytes } }) }],
    ['garbage', 'MALFORMED', async () => dialer.channel.write(new Uint8Array(100).fill(0xff))]
  ]
  for (const [fault, code, run] of faults) {
    it(`ends the stream for ${fault} and says ${code}`, async () => {
      ({ promise: hanging, resolve: release } = Promise.withResolvers<undefined>())
      await run()
      const refusal = await dialer.expect('refusal', 'credit', 'stored', 'opened', 'want', 'receipt')
      assert.deepEqual([refusal.upload, refusal.code], [0, WIRE_CODES[code]])
      assert.deepEqual([await ended(stream), await dialer.ended()], ['aborted', 'reset'])
      release(undefined)
      await assert.rejects(handled, withCode(code))
      assert.ok(!backend.held.has(two[0].cid.toString()))
    })
  }

  it('ends every upload when the dialer resets in mid-transfer, and only then is done', async () => {
    const disk = Promise.withResolvers<undefined>()
    backend.onStore = async () => disk.promise
    await open(1)
    await open(2)
    await dialer.sendBlock(1, block(1))
    await dialer.expect('credit')
    dialer.stream.send(Uint8Array.of(100, 1, 2, 3))
    dialer.stream.abort(new Error('gone'))
    await ended(stream)
    let over = false
    const finished = assert.rejects(handled, withCode('CLOSED')).then(() => { over = true })
    await settled()
    assert.equal(over, false)
    disk.resolve(undefined)
    await finished
    assert.deepEqual(backend.calls.filter((call) => call.startsWith('end')), Array.from({ length: 2 }, () => 'end aborted with 0 stores under way'))
  })

  it('commits an upload whose done was begun when the stream went, and none whose was not', async () => {
    const commit = Promise.withResolvers<undefined>()
    const disk = Promise.withResolvers<undefined>()
    await open(1)
    await open(2)
    backend.onDone = async () => commit.promise
    await dialer.send({ done: { upload: 1, entry: ENTRY } })
    await settled()
    backend.onStore = async () => disk.promise
    await dialer.sendBlock(2, block(1))
    await dialer.send({ done: { upload: 2, entry: ENTRY } })
    await dialer.expect('credit')
    dialer.stream.abort(new Error('gone'))
    await ended(stream)
    commit.resolve(undefined)
    disk.resolve(undefined)
    await assert.rejects(handled, withCode('CLOSED'))
    assert.deepEqual(backend.calls.filter((call) => !call.startsWith('open')).toSorted(), ['done 300 with 0 stores under way', 'end aborted with 0 stores under way', 'end whole with 0 stores under way'])
  })

  it('aborts what was not done when the dialer closes its side, and answers what was', async () => {
    await open(1)
    await open(2)
    backend.onDone = settled
    await dialer.send({ done: { upload: 2, entry: ENTRY } })
    await dialer.channel.close()
    assert.equal((await dialer.expect('receipt')).upload, 2)
    assert.equal(await dialer.channel.read(), undefined)
    await handled
    assert.deepEqual(backend.calls.filter((call) => call.startsWith('end')).toSorted(), ['end aborted with 0 stores under way', 'end whole with 0 stores under way'])
  })

  it('ends with the reason of the signal', async () => {
    const controller = new AbortController()
    const reason = new Error('the session ended')
    await start({ signal: controller.signal })
    await open(1)
    controller.abort(reason)
    await assert.rejects(handled, reason)
    assert.equal(await dialer.ended(), 'reset')
    assert.deepEqual(backend.calls, ['open 5 0', 'end aborted with 0 stores under way'])
  })

  it('listens no more to a dialer that does not read its answers, and gives it up with TIMEOUT', async () => {
    const [a, b] = gatedPair()
    b.window = 0
    const memory = new MemoryBackend()
    memory.onOpen = async () => { throw new ProtocolError('NO_SPACE', 'x'.repeat(MAX_TEXT_BYTES)) }
    const given = assert.rejects(handleStore(b, memory, { inactivityMs: 300 }), withCode('TIMEOUT'))
    const script = new Script(a)
    const opens = 4 * MAX_QUEUED_BYTES / MAX_TEXT_BYTES
    let most = 0
    for (let number = 1; number <= opens; number++) {
      await script.send({ open: { upload: number, id: UPLOAD_ID, expected: 0 } })
      if (number % 100 === 0) await settled()
      most = Math.max(most, b.writeBufferLength)
    }
    await given
    assert.ok(memory.calls.length < opens / 2)
    assert.ok(most < 2 * MAX_QUEUED_BYTES)
    assert.equal(await script.ended(), 'reset')
  })
})
