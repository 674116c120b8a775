/** The side that opened the stream, against a peer that follows no rule. */
import assert from 'node:assert/strict'
import { digestOf } from '../../vectors/sync.js'
import { EntrySet, againstBare, text } from './peers.js'

describe('protocols/sync outgoing', () => {
  it('asks at once', async () => {
    const set = new EntrySet(['x'])
    const { peer, session, run } = await againstBare(set)
    assert.deepEqual(await peer.hear(), { digest: { round: 1, ...digestOf([text('x')]) } })
    await peer.say({ end: { round: 1 } })
    await peer.channel.close()
    await run
    await assert.rejects(session.ask(), { code: 'CLOSED' })
  })

  it('waits for each page to be acknowledged', async () => {
    const set = new EntrySet(Array.from({ length: 2500 }, (_, at) => `entry ${at}`))
    const { peer, run } = await againstBare(set)
    await peer.hear()
    await peer.say({ end: { round: 1 } }, { digest: { round: 1, count: 0, sum: new Uint8Array(32) } })
    let pages = 0
    for (;;) {
      const message = await peer.hear()
      if (message?.end !== undefined) break
      assert.ok(message?.entries !== undefined)
      pages++
      // nothing more comes before this: the next message that is heard is the answer to it
      assert.equal(peer.channel.bufferedBytes, 0)
      await peer.say({ more: { round: 1 } })
    }
    assert.equal(pages, 3)
    await peer.channel.close()
    await run
  })

  it('tells a peer that does not keep up that it is behind, and keeps no more than the bound', async () => {
    const set = new EntrySet()
    const { peer, session, run } = await againstBare(set)
    await peer.hear()
    await peer.say({ end: { round: 1 } }, { digest: { round: 1, count: 0, sum: new Uint8Array(32) } })
    assert.deepEqual(await peer.hear(), { end: { round: 1 } })
    session.forward([text('first')])
    assert.deepEqual(await peer.hear(), { entries: { round: 0, entries: [text('first')] } })
    for (let at = 0; at < 1000; at++) session.forward([new Uint8Array(8 * 1024)])
    await peer.say({ more: { round: 0 } })
    assert.deepEqual(await peer.hear(), { behind: {} })
    session.forward([text('after')])
    assert.deepEqual(await peer.hear(), { entries: { round: 0, entries: [text('after')] } })
    await peer.say({ more: { round: 0 } })
    await peer.channel.close()
    await run
  })

  it('asks when it is told that it is behind', async () => {
    const { peer, run } = await againstBare(new EntrySet())
    assert.equal((await peer.hear())?.digest?.round, 1)
    await peer.say({ behind: {} }, { behind: {} }, { end: { round: 1 } })
    assert.equal((await peer.hear())?.digest?.round, 2)
    await peer.say({ end: { round: 2 } })
    await peer.channel.close()
    await run
  })

  it('ends with what the peer refused, and closes', async () => {
    const { peer, stream, run } = await againstBare(new EntrySet())
    await peer.say({ refusal: { code: 7, retry: false, text: 'No' } })
    await peer.channel.close()
    await assert.rejects(run, { name: 'ProtocolError', code: 'INVALID_DATA', retry: false })
    assert.equal((await peer.hear())?.digest?.round, 1)
    assert.equal(await peer.hear(), undefined)
    assert.equal(stream.writeStatus, 'closed')
  })

  it('gives up a peer that owes an answer and says nothing', async () => {
    const { peer, stream, run } = await againstBare(new EntrySet(), { inactivityMs: 30 })
    await peer.hear()
    await assert.rejects(run, { code: 'TIMEOUT' })
    assert.equal(stream.status, 'aborted')
  })

  it('gives up a peer that does not acknowledge a page', async () => {
    const { peer, run } = await againstBare(new EntrySet(['x']), { inactivityMs: 30 })
    await peer.say({ end: { round: 1 } }, { digest: { round: 1, count: 0, sum: new Uint8Array(32) } })
    await assert.rejects(run, { code: 'TIMEOUT' })
  })

  it('fails when the peer resets', async () => {
    const { peer, run } = await againstBare(new EntrySet())
    peer.channel.abort(new Error('gone'))
    await assert.rejects(run, { code: 'CLOSED' })
  })

  it('closing a stream that the peer has reset is no error', async () => {
    const { session, peer, run } = await againstBare(new EntrySet())
    peer.channel.abort(new Error('gone'))
    await session.close()
    await run
  })

  it('close does not wait for a peer that never closes', async () => {
    const { session, peer, stream, run } = await againstBare(new EntrySet(), { inactivityMs: 30 })
    await session.close()
    await run
    await peer.hear()
    assert.notEqual(stream.status, 'open')
  })
})
