import assert from 'node:assert/strict'
import { streamPair } from '@libp2p/utils'
import { Channel } from '../../../protocols/framing/channel.js'
import { HeldBytes, heldBytes, type Holder } from '../../../protocols/framing/held-bytes.js'
import { withCode } from '../codes.js'
import { gatedPair } from '../gated-streams.js'

function holder (owner: string | undefined, aborted: string[], name: string): Holder {
  return { owner, abort: (error) => { withCode('LIMIT')(error); aborted.push(name) } }
}

describe('framing: held bytes', () => {
  it('resets all streams of the peer that holds most, and no other', () => {
    const aborted: string[] = []
    const held = new HeldBytes(100)
    const [a1, a2] = [holder('a', aborted, 'a1'), holder('a', aborted, 'a2')]
    const [b, alone] = [holder('b', aborted, 'b'), holder(undefined, aborted, 'alone')]
    held.set(b, 40)
    held.set(a1, 25)
    held.set(alone, 10)
    held.set(a2, 25)
    assert.deepEqual(aborted, [])
    held.set(alone, 11)
    assert.deepEqual(aborted, ['a1', 'a2'])
    assert.equal(held.totalBytes, 51)
  })

  it('resets more peers when one is not enough', () => {
    const aborted: string[] = []
    const held = new HeldBytes(10)
    held.set(holder('a', aborted, 'a'), 10)
    held.set(holder('b', aborted, 'b'), 11)
    assert.deepEqual(aborted, ['b'])
    held.set(holder('c', aborted, 'c'), 1)
    assert.deepEqual(aborted, ['b', 'a'])
    assert.equal(held.totalBytes, 1)
  })

  it('counts what is unread and what is unsent, until it is read, sent or dropped', async () => {
    const before = heldBytes.totalBytes
    const [a, b] = gatedPair()
    const [out, into] = [new Channel(a), new Channel(b)]
    a.window = 0
    await out.write(new Uint8Array(1000))
    assert.equal(heldBytes.totalBytes, before + 1002)
    a.grant(Infinity)
    await out.drained({ queuedBytes: 0 })
    while (into.bufferedBytes < 1000) await new Promise((resolve) => { setImmediate(resolve) })
    assert.equal(heldBytes.totalBytes, before + 1000)
    await into.read()
    assert.equal(heldBytes.totalBytes, before)
    a.window = 0
    await out.write(new Uint8Array(1000))
    out.abort(new Error('enough'))
    assert.equal(heldBytes.totalBytes, before)
  })

  it('counts nothing of a stream that the remote reset', async () => {
    const before = heldBytes.totalBytes
    const [a, b] = await streamPair()
    const into = new Channel(b)
    const closed = new Promise((resolve) => { b.addEventListener('close', resolve, { once: true }) })
    a.send(Uint8Array.of(100, 1, 2))
    a.abort(new Error('gone'))
    await closed
    await assert.rejects(into.read(), withCode('CLOSED'))
    assert.equal(heldBytes.totalBytes, before)
  })
})
