import assert from 'node:assert/strict'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import type { CID } from 'multiformats/cid'
import { MAX_BLOCK_BYTES } from '../../../protocols/block/cid.js'
import { ProtocolError, WIRE_CODES } from '../../../protocols/errors.js'
import { encodeCancel, encodeComplaint, encodeMissing, encodeWant, type GetMessage } from '../../../protocols/get/codec.js'
import { MAX_REQUEST_BYTES, MAX_WANTS, READ_AHEAD_BLOCKS, READ_AHEAD_BYTES } from '../../../protocols/get/constants.js'
import { handleGet, refuseGet, type GetBackend } from '../../../protocols/get/handler.js'
import { withCode } from '../codes.js'
import { gatedPair } from '../gated-streams.js'
import { block, ended, Script, settled, type Block } from './fixtures.js'

const SOON_MS = 20

describe('get: incoming', () => {
  let stream: Stream
  let asker: Script
  let handled: Promise<void>
  let held: Map<string, Uint8Array>
  let complaints: string[]

  const backend = (more: Partial<GetBackend> = {}): GetBackend => ({
    read: async (cid: CID) => held.get(cid.toString()),
    complain: async (cid: CID) => { complaints.push(cid.toString()) },
    ...more
  })

  async function start (more: Partial<GetBackend> = {}): Promise<void> {
    const [a, b] = await streamPair()
    stream = b
    asker = new Script(a)
    handled = handleGet(b, backend(more))
    handled.catch(() => { /* each test looks at it */ })
  }

  const hold = (...blocks: Block[]): void => { for (const { cid, bytes } of blocks) held.set(cid.toString(), bytes) }
  const want = async (...blocks: Block[]): Promise<void> => asker.send(encodeWant(blocks.map(({ cid }) => cid.bytes)))

  beforeEach(async () => {
    held = new Map()
    complaints = []
    await start()
  })

  it('reads and sends each block when its turn has come, and none for who left meanwhile', async () => {
    const turns: Array<() => void> = []
    let read = 0
    await start({
      turn: async (work) => {
        await new Promise<void>((resolve) => { turns.push(resolve) })
        await work()
      },
      size: () => 1000,
      read: async (cid) => {
        read++
        return held.get(cid.toString())
      }
    })
    const [one, two] = [block(1), block(2)]
    hold(one, two)
    await want(one, two)
    await settled()
    assert.deepEqual([turns.length, read], [2, 0])
    turns[1]?.()
    assert.deepEqual((await asker.expect('block')).cid, two.cid.bytes)
    asker.stream.abort(new Error('left'))
    await assert.rejects(handled, withCode('CLOSED'))
    turns[0]?.()
    await settled()
    assert.equal(read, 1)
  })

  it('ends a stream on which nothing was asked for, where it is told to', async () => {
    await start({ idleMs: SOON_MS })
    await assert.rejects(handled, withCode('TIMEOUT'))
    assert.deepEqual([await ended(stream), await asker.ended()], ['aborted', 'reset'])
  })

  it('says why it serves none', async () => {
    const [a, b] = await streamPair()
    const script = new Script(a)
    refuseGet(b, new ProtocolError('LIMIT', 'later'))
    const { code, retry } = await script.expect('refusal')
    assert.deepEqual([code, retry], [WIRE_CODES.LIMIT, true])
  })

  it('sends what it holds, says what it does not, and closes when the asker does', async () => {
    const [one, two, three] = [block(1, MAX_BLOCK_BYTES), block(2), block(3, 1)]
    hold(one, three)
    await want(one, two)
    await want(three)
    const answers: GetMessage[] = [await asker.next(), await asker.next(), await asker.next()]
    const blocks = answers.filter((answer) => answer.kind === 'block')
    assert.deepEqual(new Set(blocks.map(({ data }) => data)), new Set([one.bytes, three.bytes]))
    assert.deepEqual(answers.filter((answer) => answer.kind === 'missing'), [{ kind: 'missing', cid: two.cid.bytes, reason: 'NOT_HELD' }])
    await asker.channel.close()
    assert.equal(await asker.channel.read(), undefined)
    await handled
    assert.deepEqual([await ended(stream), await asker.ended()], ['closed', 'closed'])
  })

  it('answers what is open when the asker has closed its side', async () => {
    const blocks = Array.from({ length: 10 }, (_, index) => block(index))
    hold(...blocks)
    await want(...blocks)
    await asker.channel.close()
    for (let i = 0; i < blocks.length; i++) await asker.expect('block')
    assert.equal(await asker.channel.read(), undefined)
    await handled
  })

  it('says FAILED for what cannot be read, and goes on', async () => {
    await start({ read: async (cid) => { if (held.size === 0) throw new Error('EIO'); return held.get(cid.toString()) } })
    await want(block(1))
    assert.equal((await asker.expect('missing')).reason, 'FAILED')
    hold(block(1))
    await want(block(1))
    await asker.expect('block')
  })

  it('answers each want once, cancelled ones too', async () => {
    const first = Promise.withResolvers<Uint8Array>()
    const [one, two, three] = [block(1), block(2), block(3)]
    hold(two, three)
    await start({ read: async (cid) => cid.equals(one.cid) ? first.promise : held.get(cid.toString()) })
    await want(one)
    await asker.send(encodeCancel([one.cid.bytes, block(9).cid.bytes]))
    await want(two)
    await asker.expect('block')
    first.resolve(one.bytes)
    assert.deepEqual(await asker.expect('missing'), { kind: 'missing', cid: one.cid.bytes, reason: 'CANCELLED' })
    await want(one)
    await asker.expect('block')
  })

  it('hears complaints about what it sent on this stream, once each, and no others', async () => {
    const [one, two] = [block(1), block(2)]
    hold(one)
    await want(one)
    await asker.expect('block')
    await asker.send(encodeComplaint(two.cid.bytes))
    await asker.send(encodeComplaint(one.cid.bytes))
    await asker.send(encodeComplaint(one.cid.bytes))
    await asker.channel.close()
    await handled
    assert.deepEqual(complaints, [one.cid.toString()])
  })

  const many = Array.from({ length: MAX_WANTS + 1 }, (_, index) => block(index, 2000 + index))
  for (const [fault, code, frames] of [
    ['more wants than are allowed', 'LIMIT', [encodeWant(many.slice(0, -1).map(({ cid }) => cid.bytes)), encodeWant([many[MAX_WANTS]!.cid.bytes])]],
    ['too many CIDs in a message', 'LIMIT', [encodeWant(many.map(({ cid }) => cid.bytes))]],
    ['a request above the bound', 'LIMIT', [encodeWant([new Uint8Array(MAX_REQUEST_BYTES)])]],
    ['a block asked for twice', 'MALFORMED', [encodeWant([block(1).cid.bytes]), encodeWant([block(1).cid.bytes])]],
    ['a CID of another form', 'MALFORMED', [encodeWant([new Uint8Array(36)])]],
    ['a holder\'s message', 'MALFORMED', [encodeMissing(block(1).cid.bytes, 'FAILED')]],
    ['a message of an unknown type', 'MALFORMED', [Uint8Array.of(0x52, 0)]],
    ['an empty message', 'MALFORMED', [new Uint8Array(0)]],
    ['garbage', 'MALFORMED', [new Uint8Array(100).fill(0xff)]]
  ] as const) {
    it(`ends the stream for ${fault} and says ${code}`, async () => {
      const never = new Promise<undefined>(() => { /* a slow disk: what is asked for stays open */ })
      await start({ read: () => never })
      for (const frame of frames) await asker.send(frame)
      const refusal = await asker.expect('refusal')
      assert.equal(refusal.code, WIRE_CODES[code])
      await assert.rejects(handled, withCode(code))
      assert.deepEqual([await ended(stream), await asker.ended()], ['aborted', 'reset'])
    })
  }

  it('ends with CLOSED when the asker resets in mid-transfer', async () => {
    hold(...many)
    await want(...many.slice(1))
    await asker.expect('block')
    asker.stream.abort(new Error('gone'))
    await assert.rejects(handled, withCode('CLOSED'))
    assert.equal(await ended(stream), 'reset')
  })

  it('ends with the reason of the signal', async () => {
    const controller = new AbortController()
    const reason = new Error('the session ended')
    await start({ signal: controller.signal })
    controller.abort(reason)
    await assert.rejects(handled, reason)
    assert.equal(await asker.ended(), 'reset')
    await start({ signal: controller.signal })
    await assert.rejects(handled, reason)
    assert.equal(await asker.ended(), 'reset')
  })

  describe('a stalled asker', () => {
    const bigs = many.slice(1)

    it('costs READ_AHEAD_BYTES, and is given up with TIMEOUT', async () => {
      const big = new Uint8Array(MAX_BLOCK_BYTES)
      let reads = 0
      const [a, b] = gatedPair()
      b.window = 0
      const served = handleGet(b, backend({ read: async () => { reads++; return big }, inactivityMs: SOON_MS }))
      const script = new Script(a)
      await script.send(encodeWant(bigs.map(({ cid }) => cid.bytes)))
      let most = 0
      const look = setInterval(() => { most = Math.max(most, b.writeBufferLength) }, 1)
      await assert.rejects(served, withCode('TIMEOUT'))
      clearInterval(look)
      assert.equal(reads, READ_AHEAD_BYTES / MAX_BLOCK_BYTES)
      assert.ok(most <= READ_AHEAD_BYTES + 200)
      assert.deepEqual([b.status, await script.ended()], ['aborted', 'reset'])
    })

    it('of small blocks has no more than READ_AHEAD_BLOCKS read at once', async () => {
      let reading = 0
      let most = 0
      const [a, b] = gatedPair()
      const served = handleGet(b, backend({
        size: () => 100,
        read: async () => {
          most = Math.max(most, ++reading)
          await settled()
          reading--
          return undefined
        }
      }))
      const script = new Script(a)
      await script.send(encodeWant(bigs.map(({ cid }) => cid.bytes)))
      for (let i = 0; i < bigs.length; i++) await script.expect('missing')
      await script.channel.close()
      await served
      assert.equal(most, READ_AHEAD_BLOCKS)
    })
  })
})
