/** The side that opened the stream, against a peer that does what the test says. */
import assert from 'node:assert/strict'
import { emptyDigest } from '../../../protocols/sync/digest.js'
import type { Message } from '../../../protocols/sync/codec.js'
import { digestOf, entryOf } from '../../vectors/sync.js'
import { EntrySet, againstBare } from './peers.js'
import type { Against } from './peers.js'

const nothing = { vault: emptyDigest(), file: emptyDigest() }

/** Answers a round as a peer that has the same, and no records. */
async function same ({ peer }: Against): Promise<Message['start']> {
  const start = (await peer.hear())?.start
  assert.ok(start !== undefined)
  assert.deepEqual(await peer.ask({ started: start }), { askHeads: { after: new Uint8Array(0) } })
  assert.deepEqual(await peer.ask({ heads: { heads: [], last: true } }), { done: {} })
  return start
}

describe('protocols/sync outgoing', () => {
  it('leads a round at once', async () => {
    const link = await againstBare(new EntrySet(['x', 'vault y']))
    assert.deepEqual(await same(link), { vault: digestOf([entryOf('vault y')]), file: digestOf([entryOf('x')]) })
    await link.peer.channel.close()
    await link.run
    await assert.rejects(link.session.ask(), { code: 'CLOSED' })
  })

  it('asks for nothing below a prefix when it has nothing: the whole set comes in pages, the vault kinds first', async () => {
    const set = new EntrySet()
    const { peer, run } = await againstBare(set)
    await peer.hear()
    const all = { vault: digestOf([entryOf('vault a')]), file: digestOf([entryOf('b'), entryOf('c')]) }
    const none = { ids: new Uint8Array(0), subjects: new Uint8Array(0) }
    assert.deepEqual(await peer.ask({ started: all }), { want: { set: 1, prefixes: [''], ...none } })
    assert.deepEqual(await peer.ask({ page: { entries: [entryOf('vault a')], records: [], last: true } }), { askHeads: { after: new Uint8Array(0) } })
    assert.deepEqual(await peer.ask({ heads: { heads: [], last: true } }), { want: { set: 2, prefixes: [''], ...none } })
    assert.deepEqual(await peer.ask({ page: { entries: [entryOf('b')], records: [], last: false } }), { more: { stop: false } })
    assert.deepEqual(set.names, ['b', 'vault a'], 'more is asked for when the page is committed')
    assert.deepEqual(await peer.ask({ page: { entries: [entryOf('c')], records: [], last: true } }), { done: {} })
    assert.deepEqual(set.names, ['b', 'c', 'vault a'])
    await peer.channel.close()
    await run
  })

  it('waits for each page that it gives to be taken', async () => {
    const set = new EntrySet(Array.from({ length: 2500 }, (_, at) => `entry ${at}`))
    const { peer, run } = await againstBare(set)
    await peer.hear()
    assert.ok((await peer.ask({ started: nothing }))?.askHeads !== undefined)
    let given = 0
    let pages = 0
    let message = await peer.ask({ heads: { heads: [], last: true } })
    for (; message?.give !== undefined; message = await peer.ask({ taken: { left: new Uint8Array(0) } })) {
      // nothing more comes before this: the next message that is heard is the answer to it
      assert.equal(peer.channel.bufferedBytes, 0)
      given += message.give.entries.length
      pages++
    }
    assert.deepEqual(message, { done: {} })
    assert.equal(given, 2500)
    assert.equal(pages, 3)
    await peer.channel.close()
    await run
  })

  it('tells a peer that does not keep up that it is behind, and keeps no more than the bound', async () => {
    const link = await againstBare(new EntrySet())
    const { peer, session, run } = link
    const entry = entryOf('first')
    session.forward([entry])
    await same(link)
    assert.deepEqual(await peer.hear(), { live: { entries: [entry], records: [] } }, 'not before the first round')
    for (let at = 0; at < 1000; at++) session.forward([new Uint8Array(8 * 1024)])
    assert.deepEqual(await peer.ask({ heard: { left: new Uint8Array(0) } }), { behind: {} })
    session.forwardRecords([entry])
    assert.deepEqual(await peer.hear(), { live: { entries: [], records: [entry] } })
    await peer.say({ heard: { left: new Uint8Array(0) } })
    await peer.channel.close()
    await run
  })

  it('leads a round when it is told that it is behind', async () => {
    const link = await againstBare(new EntrySet())
    await same(link)
    await link.peer.say({ behind: {} })
    await same(link)
    await link.peer.channel.close()
    await link.run
  })

  it('begins no live page while it answers a round', async () => {
    const link = await againstBare(new EntrySet())
    const { peer, session, run } = link
    await same(link)
    assert.ok((await peer.ask({ start: nothing }))?.started !== undefined)
    session.forward([entryOf('new')])
    assert.ok((await peer.ask({ askHeads: { after: new Uint8Array(0) } }))?.heads !== undefined)
    assert.ok((await peer.ask({ done: {} }))?.live !== undefined)
    await peer.channel.close()
    await run
  })

  it('its start counts when two cross', async () => {
    const link = await againstBare(new EntrySet())
    const { peer, run } = link
    await peer.say({ start: nothing })
    const start = (await peer.hear())?.start
    assert.ok(start !== undefined)
    assert.deepEqual(await peer.hear(), { wait: { ms: 0 } })
    assert.ok((await peer.ask({ started: start }))?.askHeads !== undefined)
    await peer.channel.close()
    await run
  })

  it('ends with what the peer refused, and closes', async () => {
    const { peer, stream, run } = await againstBare(new EntrySet())
    await peer.say({ refusal: { code: 7, retry: false, text: 'No' } })
    await peer.channel.close()
    await assert.rejects(run, { name: 'ProtocolError', code: 'INVALID_DATA', retry: false })
    assert.ok((await peer.hear())?.start !== undefined)
    assert.equal(await peer.hear(), undefined)
    assert.equal(stream.writeStatus, 'closed')
  })

  it('gives up a peer that owes an answer and says nothing', async () => {
    const { peer, stream, run } = await againstBare(new EntrySet(), { limits: { inactivityMs: 30 } })
    await peer.hear()
    await assert.rejects(run, { code: 'TIMEOUT' })
    assert.equal(stream.status, 'aborted')
  })

  it('gives up a peer that does not take a page', async () => {
    const { peer, run } = await againstBare(new EntrySet(['x']), { limits: { inactivityMs: 30 } })
    await peer.hear()
    await peer.ask({ started: nothing })
    assert.ok((await peer.ask({ heads: { heads: [], last: true } }))?.give !== undefined)
    await assert.rejects(run, { code: 'TIMEOUT' })
  })

  it('gives up a peer that leads a round and says nothing more', async () => {
    const { peer, run } = await againstBare(new EntrySet(['x']), { direction: 'inbound', limits: { inactivityMs: 30 } })
    await peer.say({ start: nothing })
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
    const { session, peer, stream, run } = await againstBare(new EntrySet(), { limits: { inactivityMs: 30 } })
    await session.close()
    await run
    await peer.hear()
    assert.notEqual(stream.status, 'open')
  })
})
