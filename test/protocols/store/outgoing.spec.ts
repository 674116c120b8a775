import assert from 'node:assert/strict'
import { mock } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import { MAX_BLOCK_BYTES } from '../../../protocols/block/cid.js'
import { WIRE_CODES } from '../../../protocols/errors.js'
import { CREDIT_BYTES, MAX_OFFERS, MIN_COST_BYTES, RECEIPT_MS } from '../../../protocols/store/constants.js'
import { StoreClient, type StoreClientOptions } from '../../../protocols/store/dialer.js'
import type { Message } from '../../../protocols/store/messages.js'
import { codeOf, withCode } from '../codes.js'
import { gatedPair } from '../gated-streams.js'
import { block, ended, ENTRY, ENTRY_ID, Script, settled, UPLOAD_ID } from './fixtures.js'

describe('store: outgoing', () => {
  let stream: Stream
  let client: StoreClient
  let listener: Script

  async function start (options: StoreClientOptions = {}): Promise<void> {
    const [a, b] = await streamPair()
    stream = a
    client = new StoreClient(a, options)
    listener = new Script(b)
  }

  /** An upload of unknown size that the listener has opened. */
  async function opened (): Promise<Awaited<ReturnType<StoreClient['open']>>> {
    const opening = client.open({ expected: 0 })
    const { upload } = await listener.expect('open')
    await listener.send({ opened: { upload } })
    return opening
  }

  beforeEach(async () => { await start() })

  it('opens, offers, sends what is wanted, and resolves with the receipt', async () => {
    const [one, two, three] = [block(1), block(2), block(3)]
    const opening = client.open({ expected: 100_000, upload: UPLOAD_ID })
    assert.deepEqual(await listener.expect('open'), { kind: 'open', upload: 1, id: UPLOAD_ID, expected: 100_000 })
    await listener.send({ opened: { upload: 1 } })
    const upload = await opening
    assert.deepEqual(upload.id, UPLOAD_ID)
    const offering = upload.offer([one.cid, two.cid, three.cid], [1000, 1001, 1002])
    assert.deepEqual(await listener.expect('offer'), { kind: 'offer', upload: 1, cids: [one, two, three].map(({ cid }) => cid.bytes), sizes: [1000, 1001, 1002] })
    await listener.send({ want: { upload: 1, bits: Uint8Array.of(0b101) } })
    assert.deepEqual(await offering, [true, false, true])
    const stored: number[] = []
    upload.onStored = (bytes) => { stored.push(bytes) }
    await upload.send(one.cid, one.bytes)
    await upload.send(three.cid, three.bytes)
    assert.deepEqual(await listener.expect('block'), { kind: 'block', upload: 1, cid: one.cid.bytes, data: one.bytes })
    await listener.expect('block')
    await listener.send({ stored: { upload: 1, cids: [one.cid.bytes] } })
    const done = upload.done(ENTRY)
    assert.deepEqual(await listener.expect('done'), { kind: 'done', upload: 1, entry: ENTRY })
    assert.deepEqual(stored, [1000])
    await listener.send({ receipt: { upload: 1, entry: ENTRY_ID } })
    assert.deepEqual(await done, ENTRY_ID)
    assert.deepEqual(stored, [1000, 1000])
    const closing = client.close()
    assert.equal(await listener.channel.read(), undefined)
    await listener.channel.close()
    await closing
    assert.deepEqual([await ended(stream), await listener.ended()], ['closed', 'closed'])
    await assert.rejects(client.open({ expected: 1 }), withCode('CLOSED'))
  })

  it('is idle when no upload is under way and all credit is back', async () => {
    const one = block(1)
    assert.equal(client.idle, true)
    const upload = await client.open({ expected: one.bytes.length })
    assert.equal(client.idle, false)
    await upload.send(one.cid, one.bytes)
    const done = upload.done(ENTRY)
    for (const kind of ['open', 'block', 'done'] as const) await listener.expect(kind)
    await listener.send({ opened: { upload: 1 } })
    await listener.send({ receipt: { upload: 1, entry: ENTRY_ID } })
    await done
    assert.equal(client.idle, false)
    await listener.send({ credit: { bytes: Math.max(one.bytes.length, MIN_COST_BYTES) } })
    while (!client.idle) await new Promise(setImmediate)
  })

  it('sends a small upload whole without waiting for an answer', async () => {
    const one = block(1)
    const upload = await client.open({ expected: one.bytes.length })
    await upload.send(one.cid, one.bytes)
    const done = upload.done(ENTRY)
    await listener.expect('open')
    await listener.expect('block')
    await listener.expect('done')
    await listener.send({ receipt: { upload: 1, entry: ENTRY_ID } })
    assert.deepEqual(await done, ENTRY_ID)
  })

  it('waits for the answer with what goes beyond EARLY_BYTES', async () => {
    const [small, large] = [block(1), block(2, 64 * 1024)]
    const upload = await client.open({ expected: 5000 })
    await upload.send(small.cid, small.bytes)
    const sending = upload.send(large.cid, large.bytes)
    await listener.expect('open')
    await listener.expect('block')
    await settled()
    assert.equal(listener.channel.bufferedBytes, 0)
    await listener.send({ opened: { upload: 1 } })
    await sending
    assert.equal((await listener.expect('block')).data.length, 64 * 1024)
  })

  it('sends no block beyond the credit, whatever its upload', async () => {
    const [a, b] = [await opened(), await opened()]
    let used = 0
    const blocks = Array.from({ length: 8 }, (_, index) => block(index, index % 2 === 0 ? MAX_BLOCK_BYTES : 100))
    const sending = Promise.all(blocks.map(({ cid, bytes }, index) => (index % 3 === 0 ? a : b).send(cid, bytes)))
    for (let i = 0; i < blocks.length; i++) {
      const { data } = await listener.expect('block')
      used += Math.max(data.length, MIN_COST_BYTES)
      await settled()
      assert.ok(used <= CREDIT_BYTES)
      await listener.send({ credit: { bytes: Math.max(data.length, MIN_COST_BYTES) } })
      used -= Math.max(data.length, MIN_COST_BYTES)
    }
    await sending
  })

  it('has no more than MAX_OFFERS unanswered', async () => {
    const upload = await opened()
    const offers = Array.from({ length: MAX_OFFERS + 1 }, (_, index) => upload.offer([block(index).cid], [1000]))
    for (let i = 0; i < MAX_OFFERS; i++) await listener.expect('offer')
    await settled()
    assert.equal(listener.channel.bufferedBytes, 0)
    await listener.send({ want: { upload: 1, bits: Uint8Array.of(1) } })
    await listener.expect('offer')
    for (let i = 0; i < MAX_OFFERS; i++) await listener.send({ want: { upload: 1, bits: Uint8Array.of(0) } })
    assert.deepEqual(await Promise.all(offers), [[true], ...Array.from({ length: MAX_OFFERS }, () => [false])])
  })

  it('splits an offer of more CIDs than one message may have', async () => {
    const upload = await opened()
    const cids = Array.from({ length: 1025 }, (_, index) => block(index, 8 + index).cid)
    const offering = upload.offer(cids, cids.map((_, index) => 8 + index))
    assert.equal((await listener.expect('offer')).cids.length, 1024)
    await listener.send({ want: { upload: 1, bits: new Uint8Array(128).fill(255) } })
    assert.equal((await listener.expect('offer')).cids.length, 1)
    await listener.send({ want: { upload: 1, bits: Uint8Array.of(0) } })
    assert.deepEqual(await offering, [...Array.from({ length: 1024 }, () => true), false])
  })

  it('throws what an open was refused with, before any body; the stream goes on', async () => {
    const opening = client.open({ expected: 1e9 })
    const refused = assert.rejects(opening, withCode('NO_SPACE'))
    await listener.expect('open')
    await listener.send({ refusal: { upload: 1, code: WIRE_CODES.NO_SPACE, retry: true, text: 'full' } })
    await refused
    await opened()
    assert.equal(stream.status, 'open')
  })

  it('ends one upload with a refusal and leaves the others alone', async () => {
    const [one, two] = [await opened(), await opened()]
    const done = assert.rejects(one.done(ENTRY), withCode('INCOMPLETE'))
    await listener.expect('done')
    await listener.send({ refusal: { upload: 1, code: WIRE_CODES.INCOMPLETE, retry: true, text: 'blocks miss' } })
    await done
    await assert.rejects(one.send(block(1).cid, block(1).bytes), withCode('INCOMPLETE'))
    const receipt = two.done(ENTRY)
    await listener.expect('done')
    await listener.send({ receipt: { upload: 2, entry: ENTRY_ID } })
    assert.deepEqual(await receipt, ENTRY_ID)
  })

  it('gives credit that an ended upload had taken to the others', async () => {
    const [one, two] = [await opened(), await opened()]
    const big = block(1, MAX_BLOCK_BYTES)
    for (let i = 0; i < 3; i++) await one.send(big.cid, big.bytes)
    const waiting = assert.rejects(one.send(big.cid, big.bytes), withCode('READ_ONLY'))
    const other = two.send(big.cid, big.bytes)
    for (let i = 0; i < 3; i++) await listener.expect('block')
    await listener.send({ refusal: { upload: 1, code: WIRE_CODES.READ_ONLY, retry: true, text: '' } })
    await listener.send({ credit: { bytes: MAX_BLOCK_BYTES } })
    await waiting
    await other
    assert.equal((await listener.expect('block')).upload, 2)
  })

  it('tells the listener when it is aborted, once, and then takes nothing', async () => {
    const upload = await opened()
    upload.abort()
    upload.abort()
    assert.deepEqual(await listener.expect('abort'), { kind: 'abort', upload: 1 })
    await assert.rejects(upload.done(ENTRY), withCode('CLOSED'))
    await listener.send({ stored: { upload: 1, cids: [block(1).cid.bytes] } })
    const next = opened()
    await next
    assert.equal(listener.channel.bufferedBytes, 0)
  })

  it('aborts an upload whose opening nobody waits for any more', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const opening = assert.rejects(client.open({ expected: 0, signal: controller.signal }), reason)
    await listener.expect('open')
    controller.abort(reason)
    await opening
    await listener.expect('abort')
  })

  it('ends a wait for credit with the reason of the signal; later blocks go on', async () => {
    const upload = await opened()
    const big = block(1, MAX_BLOCK_BYTES)
    for (let i = 0; i < 3; i++) await upload.send(big.cid, big.bytes)
    const controller = new AbortController()
    const reason = new Error('enough')
    const given = assert.rejects(upload.send(big.cid, big.bytes, { signal: controller.signal }), reason)
    const later = upload.send(block(2).cid, block(2).bytes)
    controller.abort(reason)
    await given
    for (let i = 0; i < 3; i++) await listener.expect('block')
    await listener.send({ credit: { bytes: MIN_COST_BYTES } })
    await later
    assert.equal((await listener.expect('block')).data.length, 1000)
  })

  it('does not take done while a send is under way', async () => {
    const upload = await opened()
    const sending = upload.send(block(1).cid, block(1).bytes)
    await assert.rejects(upload.done(ENTRY), { name: 'Error' })
    await sending
  })

  const faults: Array<[fault: string, code: keyof typeof WIRE_CODES, message: Message]> = [
    ['more credit than a stream has', 'LIMIT', { credit: { bytes: 1 } }],
    ['a sign of life while no receipt is owed', 'MALFORMED', { credit: { bytes: 0 } }],
    ['an answer to no offer', 'MALFORMED', { want: { upload: 1, bits: Uint8Array.of(1) } }],
    ['a receipt before done', 'MALFORMED', { receipt: { upload: 1, entry: ENTRY_ID } }],
    ['an upload opened twice', 'MALFORMED', { opened: { upload: 1 } }],
    ['an upload that was never opened here', 'MALFORMED', { opened: { upload: 9 } }],
    ['a dialer\'s message', 'MALFORMED', { done: { upload: 1, entry: ENTRY } }],
    ['a refusal of the stream', 'HASH_MISMATCH', { refusal: { upload: 0, code: WIRE_CODES.HASH_MISMATCH, retry: false, text: '' } }]
  ]
  for (const [fault, code, message] of faults) {
    it(`ends the stream for ${fault}, and what waits with ${code}`, async () => {
      await opened()
      const waiting = codeOf(client.open({ expected: 0 }))
      await listener.expect('open')
      await listener.send(message)
      assert.equal(await waiting, code)
      assert.deepEqual([await ended(stream), await listener.ended()], ['aborted', 'reset'])
      assert.equal(client.closed, true)
    })
  }

  for (const [fault, count, bits] of [['short', 9, [1]], ['long', 8, [1, 0]], ['with bits beyond its offer', 3, [0b1000]]] as const) {
    it(`ends the stream with MALFORMED for a bitfield that is ${fault}`, async () => {
      const upload = await opened()
      const offering = assert.rejects(upload.offer(Array.from({ length: count }, (_, index) => block(index).cid), Array.from({ length: count }, () => 1000)), withCode('MALFORMED'))
      await listener.expect('offer')
      await listener.send({ want: { upload: 1, bits: Uint8Array.from(bits) } })
      await offering
      assert.equal(await ended(stream), 'aborted')
    })
  }

  for (const [fault, frame] of [['a message of an unknown type', [0x62, 0]], ['garbage', [0xff, 0xff, 0xff]]] as const) {
    it(`ends the stream with MALFORMED for ${fault}`, async () => {
      const upload = await opened()
      const done = assert.rejects(upload.done(ENTRY), withCode('MALFORMED'))
      await listener.channel.write(Uint8Array.from(frame))
      await done
      assert.equal(await listener.ended(), 'reset')
    })
  }

  it('fails everything with CLOSED when the listener resets in mid-transfer', async () => {
    const upload = await opened()
    const big = block(1, MAX_BLOCK_BYTES)
    const waits = Promise.all([...Array.from({ length: 5 }, () => upload.send(big.cid, big.bytes)), upload.offer([big.cid], [1])].map(codeOf))
    await listener.expect('block', 'offer')
    listener.stream.abort(new Error('gone'))
    assert.deepEqual(new Set(await waits), new Set(['undefined', 'CLOSED']))
    assert.equal(await ended(stream), 'reset')
  })

  it('ends with TIMEOUT when the listener does not read', async () => {
    const [a] = gatedPair()
    const stalled = new StoreClient(a, { inactivityMs: 20 })
    const upload = await stalled.open({ expected: 60_000 })
    a.window = 0
    await upload.send(block(1).cid, block(1).bytes)
    await assert.rejects(upload.done(ENTRY), withCode('TIMEOUT'))
    assert.equal(a.status, 'aborted')
  })

  it('ends with TIMEOUT when an answer is owed, and lives on while none is', async () => {
    await start({ inactivityMs: 20 })
    const upload = await opened()
    const [other] = gatedPair()
    await assert.rejects(new StoreClient(other, { inactivityMs: 60 }).open({ expected: 0 }), withCode('TIMEOUT'))
    assert.equal(stream.status, 'open')
    await assert.rejects(upload.done(ENTRY), withCode('TIMEOUT'))
    assert.equal(await listener.ended(), 'reset')
  })

  it('takes a credit of 0 as a sign of life', async () => {
    await start({ inactivityMs: 250 })
    const upload = await opened()
    const done = upload.done(ENTRY)
    await listener.expect('done')
    const alive = setInterval(() => { listener.send({ credit: { bytes: 0 } }).catch(() => { /* the end of the stream is seen below */ }) }, 5)
    try {
      const [other] = gatedPair()
      await assert.rejects(new StoreClient(other, { inactivityMs: 500 }).open({ expected: 0 }), withCode('TIMEOUT'))
    } finally {
      clearInterval(alive)
    }
    await listener.send({ receipt: { upload: 1, entry: ENTRY_ID } })
    assert.deepEqual(await done, ENTRY_ID)
  })

  it('takes no sign of life after the receipt', async () => {
    const upload = await opened()
    const done = upload.done(ENTRY)
    await listener.expect('done')
    await listener.send({ credit: { bytes: 0 } })
    await listener.send({ receipt: { upload: 1, entry: ENTRY_ID } })
    await done
    assert.equal(stream.status, 'open')
    await listener.send({ credit: { bytes: 0 } })
    assert.equal(await ended(stream), 'aborted')
  })

  it('waits for a receipt RECEIPT_MS and no longer, also when the caller is gone', async () => {
    const upload = await opened()
    const stop = new AbortController()
    const reason = new Error('enough')
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      const done = assert.rejects(upload.done(ENTRY, { signal: stop.signal }), reason)
      stop.abort(reason)
      await done
      mock.timers.tick(RECEIPT_MS - 1)
      assert.equal(client.closed, false)
      mock.timers.tick(1)
    } finally {
      mock.timers.reset()
    }
    await assert.rejects(client.open({ expected: 1 }), withCode('TIMEOUT'))
    assert.equal(await ended(stream), 'aborted')
  })

  it('fails everything with what abort was given', async () => {
    const upload = await opened()
    const reason = new Error('the node stops')
    const done = assert.rejects(upload.done(ENTRY), reason)
    client.abort(reason)
    await done
    await assert.rejects(client.open({ expected: 1 }), reason)
    assert.equal(await listener.ended(), 'reset')
  })
})
