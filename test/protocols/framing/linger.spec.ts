import assert from 'node:assert/strict'
import { streamPair } from '@libp2p/utils'
import { Channel } from '../../../protocols/framing/channel.js'
import { closeAndLinger } from '../../../protocols/framing/linger.js'

describe('protocols/framing closeAndLinger', () => {
  it('lets the last message be read, drops what still comes, and ends when both have closed', async () => {
    const [out, into] = await streamPair()
    const [here, there] = [new Channel(out), new Channel(into)]
    await here.write(Uint8Array.of(1))
    const lingering = closeAndLinger(here)
    await there.write(Uint8Array.of(2))
    assert.deepEqual(await there.read(), Uint8Array.of(1))
    assert.equal(await there.read(), undefined)
    await there.close()
    await lingering
    assert.equal(out.remoteWriteStatus, 'closed')
    assert.notEqual(out.status, 'aborted')
  })

  it('cuts off a remote that never closes', async () => {
    const [out, into] = await streamPair()
    const reset = new Promise<unknown>((resolve) => { into.addEventListener('close', resolve, { once: true }) })
    await closeAndLinger(new Channel(out), { lingerMs: 10 })
    assert.equal(out.status, 'aborted')
    await reset
    assert.equal(into.status, 'reset')
  })

  it('does not reject when the stream is gone', async () => {
    const [out, into] = await streamPair()
    const here = new Channel(out)
    into.abort(new Error('gone'))
    await closeAndLinger(here)
    assert.ok(here.closed)
  })
})
