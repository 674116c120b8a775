import assert from 'node:assert/strict'
import type { Stream } from '@libp2p/interface'
import { streamPair } from '@libp2p/utils'
import { MAX_BLOCK_BYTES } from '../../../protocols/block/cid.js'
import { ProtocolError } from '../../../protocols/errors.js'
import { encodeMissing, encodeRefusal, encodeWant } from '../../../protocols/get/codec.js'
import { MAX_WANTS, WINDOW_BYTES } from '../../../protocols/get/constants.js'
import { GetClient, MissingBlockError, type GetClientOptions } from '../../../protocols/get/dialer.js'
import { codeOf, withCode } from '../codes.js'
import { gatedPair } from '../gated-streams.js'
import { block, ended, Script, settled } from './fixtures.js'

describe('get: outgoing', () => {
  let stream: Stream
  let client: GetClient
  let holder: Script

  async function start (options: GetClientOptions = {}): Promise<void> {
    const [a, b] = await streamPair()
    stream = a
    client = new GetClient(a, options)
    holder = new Script(b)
  }

  beforeEach(async () => { await start() })

  it('resolves with the block, verified, and closes on both sides', async () => {
    const one = block(1, MAX_BLOCK_BYTES)
    const wanted = client.want(one.cid)
    assert.deepEqual((await holder.expect('want')).cids, [one.cid.bytes])
    assert.equal(client.outstanding, 1)
    await holder.sendBlock(one)
    assert.deepEqual(await wanted, one.bytes)
    assert.deepEqual([client.outstanding, client.bytesReceived], [0, MAX_BLOCK_BYTES])
    const closing = client.close()
    assert.equal(await holder.channel.read(), undefined)
    await holder.channel.close()
    await closing
    assert.deepEqual([await ended(stream), await holder.ended()], ['closed', 'closed'])
    assert.equal(client.closed, true)
    await assert.rejects(client.want(one.cid), withCode('CLOSED'))
  })

  it('is idle when nothing is asked for, nor still to be answered', async () => {
    const one = block(1)
    assert.equal(client.idle, true)
    const leave = new AbortController()
    const wanted = client.want(one.cid, { signal: leave.signal })
    assert.equal(client.idle, false)
    await holder.expect('want')
    leave.abort(new Error('not any more'))
    await assert.rejects(wanted)
    await holder.expect('cancel')
    assert.equal(client.idle, false)
    await holder.sendBlock(one)
    while (!client.idle) await new Promise(setImmediate)
  })

  it('has no more than its window of unknown blocks outstanding', async () => {
    const blocks = Array.from({ length: 8 }, (_, index) => block(index))
    const all = Promise.all(blocks.map(({ cid }) => client.want(cid)))
    let asked = (await holder.expect('want')).cids.length
    assert.equal(asked, WINDOW_BYTES / MAX_BLOCK_BYTES)
    for (const each of blocks) {
      await holder.sendBlock(each)
      if (asked < blocks.length) asked += (await holder.expect('want')).cids.length
      assert.ok(client.outstanding <= WINDOW_BYTES / MAX_BLOCK_BYTES)
    }
    assert.deepEqual(await all, blocks.map(({ bytes }) => bytes))
  })

  it('asks for many blocks at once where it knows that they are small, never for more than MAX_WANTS', async () => {
    await start({ windowBytes: Infinity })
    const blocks = Array.from({ length: MAX_WANTS + 1 }, (_, index) => block(index, 100 + index))
    const all = Promise.all(blocks.map(({ cid, bytes }) => client.want(cid, { size: bytes.length })))
    assert.equal((await holder.expect('want')).cids.length, MAX_WANTS)
    for (const each of blocks.slice(0, -1)) await holder.sendBlock(each)
    assert.equal((await holder.expect('want')).cids.length, 1)
    await holder.sendBlock(blocks[MAX_WANTS]!)
    assert.equal((await all).length, MAX_WANTS + 1)
  })

  it('takes answers in any order', async () => {
    const blocks = [block(1), block(2), block(3)]
    const all = Promise.all(blocks.map(({ cid }) => client.want(cid)))
    await holder.expect('want')
    for (const each of blocks.toReversed()) await holder.sendBlock(each)
    assert.deepEqual(await all, blocks.map(({ bytes }) => bytes))
  })

  it('shares one transfer between callers', async () => {
    const one = block(1)
    const both = Promise.all([client.want(one.cid), client.want(one.cid)])
    assert.equal((await holder.expect('want')).cids.length, 1)
    await holder.sendBlock(one)
    assert.deepEqual(await both, [one.bytes, one.bytes])
    assert.equal(client.bytesReceived, one.bytes.length)
  })

  it('says INCOMPLETE and why when the holder sends missing', async () => {
    const one = block(1)
    const wanted = client.want(one.cid)
    await holder.expect('want')
    await holder.send(encodeMissing(one.cid.bytes, 'FAILED'))
    await assert.rejects(wanted, (error) => error instanceof MissingBlockError && error.code === 'INCOMPLETE' && error.reason === 'FAILED')
    assert.equal(stream.status, 'open')
  })

  it('complains about wrong bytes; other wants of the stream go on', async () => {
    const [one, two] = [block(1), block(2)]
    const wrong = assert.rejects(client.want(one.cid), withCode('HASH_MISMATCH'))
    const right = client.want(two.cid)
    await holder.expect('want')
    await holder.sendBlock({ cid: one.cid, bytes: two.bytes })
    await wrong
    assert.deepEqual((await holder.expect('complaint')).cid, one.cid.bytes)
    await holder.sendBlock(two)
    assert.deepEqual(await right, two.bytes)
    const again = client.want(one.cid)
    await holder.expect('want')
    await holder.sendBlock(one)
    assert.deepEqual(await again, one.bytes)
  })

  it('says INVALID_DATA for a block of another length than was stated', async () => {
    const one = block(1)
    const wanted = client.want(one.cid, { size: 999 })
    await holder.expect('want')
    await holder.sendBlock(one)
    await assert.rejects(wanted, withCode('INVALID_DATA'))
    assert.equal(stream.status, 'open')
  })

  it('cancels what nobody waits for; its block may still come', async () => {
    const [one, two] = [block(1), block(2)]
    const controller = new AbortController()
    const reason = new Error('enough')
    const given = assert.rejects(client.want(one.cid, { signal: controller.signal }), reason)
    await holder.expect('want')
    controller.abort(reason)
    await given
    assert.deepEqual((await holder.expect('cancel')).cids, [one.cid.bytes])
    assert.equal(client.outstanding, 1)
    await holder.sendBlock(one)
    const next = client.want(two.cid)
    await holder.expect('want')
    await holder.sendBlock(two)
    assert.deepEqual(await next, two.bytes)
    assert.equal(client.outstanding, 0)
  })

  it('asks again for what was cancelled when somebody wants it by then', async () => {
    const one = block(1)
    const controller = new AbortController()
    const given = assert.rejects(client.want(one.cid, { signal: controller.signal }))
    await holder.expect('want')
    controller.abort(new Error('enough'))
    await given
    await holder.expect('cancel')
    const wanted = client.want(one.cid)
    await holder.send(encodeMissing(one.cid.bytes, 'CANCELLED'))
    await holder.expect('want')
    await holder.sendBlock(one)
    assert.deepEqual(await wanted, one.bytes)
  })

  it('does not ask at all for what was given up before', async () => {
    await start({ windowBytes: 1 })
    const controller = new AbortController()
    const [one, two, three] = [block(1), block(2), block(3)]
    const first = client.want(one.cid)
    const given = assert.rejects(client.want(two.cid, { signal: controller.signal }))
    const third = client.want(three.cid)
    await holder.expect('want')
    controller.abort(new Error('enough'))
    await given
    await holder.sendBlock(one)
    await first
    assert.deepEqual((await holder.expect('want')).cids, [three.cid.bytes])
    await holder.sendBlock(three)
    await third
  })

  for (const [fault, code, send] of [
    ['an unasked block', 'LIMIT', async () => holder.sendBlock(block(9))],
    ['an unasked missing', 'LIMIT', async () => holder.send(encodeMissing(block(9).cid.bytes, 'FAILED'))],
    ['a block above the bound', 'LIMIT', async () => holder.sendBlock({ cid: block(1).cid, bytes: new Uint8Array(MAX_BLOCK_BYTES + 1) })],
    ['an asker\'s message', 'MALFORMED', async () => holder.send(encodeWant([block(1).cid.bytes]))],
    ['a message of an unknown type', 'MALFORMED', async () => holder.send(Uint8Array.of(0x52, 0))],
    ['an empty message', 'MALFORMED', async () => holder.send(new Uint8Array(0))],
    ['garbage', 'MALFORMED', async () => holder.send(new Uint8Array(100).fill(0xff))],
    ['a frame above the bound', 'LIMIT', async () => { holder.stream.send(Uint8Array.of(0xff, 0xff, 0xff, 0x7f)) }],
    ['a refusal', 'REFUSED', async () => holder.send(encodeRefusal(new ProtocolError('REFUSED', 'no member')))]
  ] as const) {
    it(`ends the stream for ${fault}, and every want with ${code}`, async () => {
      const wanted = client.want(block(1).cid)
      const waiting = Array.from({ length: 5 }, (_, index) => client.want(block(index + 20).cid))
      const codes = Promise.all([wanted, ...waiting].map(codeOf))
      await holder.expect('want')
      await send()
      assert.deepEqual(await codes, Array.from({ length: 6 }, () => code))
      assert.deepEqual([await ended(stream), await holder.ended()], ['aborted', 'reset'])
      assert.equal(client.closed, true)
    })
  }

  it('is CLOSED when the holder resets in the middle of a block', async () => {
    const wanted = assert.rejects(client.want(block(1).cid), withCode('CLOSED'))
    await holder.expect('want')
    holder.stream.send(Uint8Array.of(100, 1, 2, 3))
    holder.stream.abort(new Error('gone'))
    await wanted
    assert.equal(await ended(stream), 'reset')
  })

  it('is CLOSED when the holder closes with wants open, and closes when there are none', async () => {
    const wanted = assert.rejects(client.want(block(1).cid), withCode('CLOSED'))
    await holder.expect('want')
    await holder.channel.close()
    await wanted
    assert.equal(await ended(stream), 'aborted')
    await start()
    await holder.channel.close()
    assert.equal(await ended(stream), 'closed')
    await assert.rejects(client.want(block(1).cid), withCode('CLOSED'))
  })

  it('ends with TIMEOUT when the holder stalls, and not while nothing is wanted', async () => {
    await start({ inactivityMs: 20 })
    const first = client.want(block(1).cid)
    await holder.expect('want')
    await holder.sendBlock(block(1))
    await first
    // an idle stream outlives the limit: another stream of the same limit, busy, ends first
    const [other, remote] = gatedPair()
    const busy = new GetClient(other, { inactivityMs: 60 })
    await assert.rejects(busy.want(block(3).cid), withCode('TIMEOUT'))
    assert.equal(await ended(remote), 'reset')
    assert.equal(stream.status, 'open')
    await assert.rejects(client.want(block(2).cid), withCode('TIMEOUT'))
    assert.deepEqual([await ended(stream), await holder.ended()], ['aborted', 'reset'])
  })

  it('waits for what is outstanding when it is closed, and gives up the rest', async () => {
    const blocks = Array.from({ length: 4 }, (_, index) => block(index))
    const wants = blocks.map(({ cid }) => client.want(cid))
    await holder.expect('want')
    const last = assert.rejects(wants[3]!, withCode('CLOSED'))
    const closing = client.close()
    await last
    for (const each of blocks.slice(0, 3)) await holder.sendBlock(each)
    await holder.channel.close()
    assert.deepEqual(await Promise.all(wants.slice(0, 3)), blocks.slice(0, 3).map(({ bytes }) => bytes))
    await closing
    assert.equal(await ended(stream), 'closed')
  })

  it('fails everything with what abort was given', async () => {
    const wanted = client.want(block(1).cid)
    const reason = new Error('the node stops')
    const failed = assert.rejects(wanted, reason)
    await settled()
    client.abort(reason)
    await failed
    await assert.rejects(client.want(block(2).cid), reason)
    assert.equal(await holder.ended(), 'reset')
  })
})
