/** The side that dialled, against a listener that follows no rule. */
import assert from 'node:assert/strict'
import { streamPair } from '@libp2p/utils'
import { WIRE_CODES } from '../../../protocols/errors.js'
import { verifyAdmits } from '../../../protocols/hello/admits.js'
import type { Message } from '../../../protocols/hello/codec.js'
import { dialGrant, dialHello, dialJoin } from '../../../protocols/hello/dialer.js'
import type { HelloOptions } from '../../../protocols/hello/dialer.js'
import { helloMac } from '../../../protocols/vault/keys.js'
import { BarePeer, ended } from './bare.js'
import { cast, certificate, invite } from './cast.js'

const { home, founder, store, joiner, chains } = cast
const options: HelloOptions<unknown> = {
  local: store.peer,
  remote: founder.peer,
  encryption: '/noise',
  meet: home.meet,
  admits: chains.store,
  verify: (admits, peer) => verifyAdmits({ admits, peer, vault: home.id })
}
const answer: Message = { greet: { mac: helloMac(home.meet, 2, store.peer, founder.peer) } }

/** What the dialler says to a listener that says this, in order and at once, and how it ends. */
async function against (messages: Message[], extra: Partial<HelloOptions<unknown>> = {}): Promise<{ said: Message[], code: string }> {
  const [out, into] = await streamPair()
  const listener = new BarePeer(into)
  const dialled = dialHello(out, { ...options, ...extra }).then(() => 'accepted', (error: unknown) => (error as { code: string }).code)
  await listener.say(...messages)
  const said = await listener.hearAll()
  await listener.channel.close()
  assert.equal(await ended(out), 'closed')
  return { said, code: await dialled }
}

describe('protocols/hello outgoing', () => {
  it('shows its admits only to who knows the vault', async () => {
    for (const mac of [new Uint8Array(32), helloMac(home.meet, 1, store.peer, founder.peer), helloMac(home.meet, 2, founder.peer, store.peer)]) {
      const { said, code } = await against([{ greet: { mac } }])
      assert.equal(code, 'REFUSED')
      assert.deepEqual(said.map((message) => Object.keys(message)), [['greet'], ['refusal']])
      assert.equal(said[1]?.refusal?.code, WIRE_CODES.REFUSED)
    }
  })

  it('greets, shows its admits, accepts', async () => {
    const { said, code } = await against([answer, { admits: { admits: chains.founder } }])
    assert.equal(code, 'accepted')
    assert.deepEqual(said, [{ greet: { mac: helloMac(home.meet, 1, store.peer, founder.peer) } }, { admits: { admits: chains.store } }, { greeted: {} }])
  })

  it('refuses admits that are not the listener\'s', async () => {
    const { said, code } = await against([answer, { admits: { admits: chains.writer } }])
    assert.equal(code, 'REFUSED')
    assert.equal(said.at(-1)?.refusal?.code, WIRE_CODES.REFUSED)
  })

  it('refuses a message out of turn, and a welcome that it did not ask for', async () => {
    for (const message of [{ greeted: {} }, answer, { welcome: { meet: home.meet, epoch: 0, reads: [], admits: chains.founder, witness: chains.founder } }]) {
      const { said, code } = await against([answer, message])
      assert.equal(code, 'MALFORMED')
      assert.equal(said.at(-1)?.refusal?.code, WIRE_CODES.MALFORMED)
    }
  })

  it('a refusal is thrown and not answered', async () => {
    const { said, code } = await against([{ refusal: { code: 12, retry: false, text: 'Was revoked', writers: [] } }])
    assert.equal(code, 'REVOKED')
    assert.deepEqual(said.map((message) => Object.keys(message)), [['greet']])
  })

  it('tells nobody what failed inside', async () => {
    const { said } = await against([answer, { admits: { admits: chains.founder } }], { verify: () => { throw new Error('/secret/path') } })
    assert.deepEqual([said.at(-1)?.refusal?.code, said.at(-1)?.refusal?.text.includes('secret')], [WIRE_CODES.INTERNAL, false])
  })

  it('shows a grant, and nothing else, and takes no other answer than that it is served', async () => {
    const grant = { vault: home.id, grant: Uint8Array.of(1, 2, 3) }
    for (const [message, expected] of [[{ greeted: {} }, undefined], [answer, 'MALFORMED'], [{ admits: { admits: chains.founder } }, 'MALFORMED'], [{ refusal: { code: 10, retry: false, text: 'over', writers: [] } }, 'EXPIRED']] as Array<[Message, string | undefined]>) {
      const [out, into] = await streamPair()
      const listener = new BarePeer(into)
      const dialled = dialGrant(out, { encryption: '/noise', ...grant }).then(() => undefined, (error: unknown) => (error as { code: string }).code)
      await listener.say(message)
      const said = await listener.hearAll()
      await listener.channel.close()
      assert.equal(await dialled, expected)
      assert.deepEqual(said, expected === 'MALFORMED' ? [{ grant }, said[1]] : [{ grant }])
      assert.equal(await ended(out), 'closed')
    }
    const [out] = await streamPair()
    await assert.rejects(dialGrant(out, { encryption: undefined, ...grant }), { code: 'REFUSED' })
  })

  it('gives up who does not answer', async () => {
    const [out, into] = await streamPair()
    const listener = new BarePeer(into)
    await assert.rejects(dialHello(out, { ...options, helloMs: 20 }), { code: 'TIMEOUT' })
    assert.equal(await ended(out), 'aborted')
    assert.ok((await listener.hear())?.greet !== undefined)
  })

  it('joining has its own time, and ends when that is over', async () => {
    const [out, into] = await streamPair()
    const listener = new BarePeer(into)
    const text = invite(home, 'read', 'joiner')
    const joining = dialJoin(out, { local: joiner.peer, remote: founder.peer, encryption: '/noise', invite: text, certificate: await certificate(text, joiner), joinMs: 20 })
    joining.catch(() => {})
    await listener.say({ greet: { mac: helloMac(home.meet, 2, joiner.peer, founder.peer) } })
    assert.ok((await listener.hear())?.greet !== undefined)
    assert.deepEqual((await listener.hear())?.join?.invite, text.invite.encoded)
    await assert.rejects(joining, { code: 'TIMEOUT' })
    assert.equal(await ended(out), 'aborted')
  })

  it('a listener that leaves in the middle', async () => {
    const [out, into] = await streamPair()
    const listener = new BarePeer(into)
    const dialled = dialHello(out, options)
    dialled.catch(() => {})
    await listener.say(answer)
    await listener.channel.close()
    await assert.rejects(dialled, { code: 'CLOSED' })
  })

  it('says nothing once its signal is aborted', async () => {
    const [out] = await streamPair()
    const reason = new Error('stopping')
    await assert.rejects(dialHello(out, { ...options, signal: AbortSignal.abort(reason) }), reason)
  })
})
