import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { Uint8ArrayList } from 'uint8arraylist'
import { boundWords, Words, type Follows } from '../../src/network/words.js'
import { targetOf } from '../hostile/attack/target.js'
import { data, FLAG, FRAME, header, opening, select, wire } from '../hostile/attack/wire.js'
import { side, stopAll, until, type Side } from './hosts.js'

const FOLLOWS: Record<string, Follows> = { '/messages': 'messages', '/anything': 'anything' }
const words = (): Words => new Words((word) => FOLLOWS[word] ?? 'words')
const ENDLESS = Buffer.alloc(10_000, 0xff)

describe('words: lengths that do not end', () => {
  it('lets words pass however they are cut, and what follows', () => {
    for (const [protocol, rest, over] of [['/none', select('/none'), false], ['/messages', Buffer.concat([Uint8Array.of(0xff, 1), Buffer.alloc(255, 0xff), Uint8Array.of(0x80, 0x80, 0x80, 1)]), false], ['/anything', ENDLESS, true]] as const) {
      const bytes = Buffer.concat([select(protocol), rest])
      for (let cut = 0; cut < Math.min(bytes.length, 300); cut++) {
        const looked = words()
        looked.push(bytes.subarray(0, cut))
        looked.push(bytes.subarray(cut))
        assert.equal(looked.over, over, protocol)
      }
      const looked = words()
      for (const byte of bytes.subarray(0, 300)) looked.push(Uint8Array.of(byte))
    }
  })

  it('refuses a length of three bytes, a word of more than 1,024 bytes, a length of a message that has four and goes on, and words without end', () => {
    for (const bytes of [
      Uint8Array.of(0x80, 0x80), Uint8Array.of(0x81, 0x08), Buffer.concat([select('/none'), ENDLESS]),
      Buffer.concat([select('/messages'), Uint8Array.of(0x80, 0x80, 0x80, 0x80)]), Buffer.from('\u0003ls\n'.repeat(33))
    ]) {
      const whole = words()
      assert.throws(() => { whole.push(bytes) }, { code: 'LIMIT' })
      const cut = words()
      assert.throws(() => { for (const byte of bytes) cut.push(Uint8Array.of(byte)) }, { code: 'LIMIT' })
    }
    words().push(Buffer.concat([Uint8Array.of(0x80, 0x08), Buffer.alloc(1024)]))
  })

  it('keeps what is too much from whoever reads, and all that comes after it', () => {
    const came: Uint8Array[] = []
    let aborted = 0
    const stream = { onData: (bytes: Uint8Array) => { came.push(bytes) }, abort: () => { aborted++ } }
    boundWords(stream, () => 'words')
    const [first] = [select('/none')]
    for (const bytes of [first, ENDLESS, first]) stream.onData(bytes)
    assert.deepEqual([came, aborted], [[first], 1])
  })

  it('looks at what came before it, and drops that too', () => {
    let aborted = 0
    const stream = { readBuffer: new Uint8ArrayList(select('/none'), ENDLESS), onData: () => {}, abort: () => { aborted++ } }
    boundWords(stream, () => 'words')
    assert.deepEqual([aborted, stream.readBuffer.byteLength], [1, 0])
    const good = { ...stream, readBuffer: new Uint8ArrayList(select('/none')) }
    boundWords(good, () => 'words')
    assert.deepEqual([aborted, good.readBuffer.byteLength], [1, select('/none').length])
  })

  describe('of a host', () => {
    let life: AbortController
    let one: Side
    beforeEach(async () => {
      life = new AbortController()
      one = await side()
    })
    afterEach(async () => {
      life.abort()
      await stopAll()
    })

    it('end a connection before any encryption', async () => {
      const { ip, port } = targetOf(one.addresses[0] ?? '')
      for (const bytes of [ENDLESS, Buffer.concat([select('/none'), ENDLESS])]) {
        const socket = connect(port, ip)
        const closed = new Promise((resolve) => socket.on('close', resolve))
        socket.on('error', () => {})
        socket.write(bytes)
        await closed
      }
    })

    it('end a stream while its protocol is agreed, and one of libp2p that has messages', async () => {
      const on = await wire(targetOf(one.addresses[0] ?? ''), life.signal, { privateKey: await generateKeyPair('Ed25519') })
      await until(one, () => one.host.getConnections().find(({ remotePeer }) => remotePeer.equals(on.host.peerId)))
      await on.send(Buffer.concat([header(FRAME.window, FLAG.syn, 1, 0), data(1, ENDLESS.subarray(0, 100)), opening(3, '/ipfs/id/push/1.0.0', ENDLESS.subarray(0, 100)), opening(5, '/none', ENDLESS.subarray(0, 100))]))
      while ((one.peers.refused.LIMIT ?? 0) < 3) await new Promise((resolve) => { setImmediate(resolve) })
      assert.ok(on.open)
    })
  })
})
