/** The side that was dialled, and the vectors, one fault each. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { streamPair } from '@libp2p/utils'
import fc from 'fast-check'
import { WIRE_CODES } from '../../../protocols/errors.js'
import type { WireCode } from '../../../protocols/errors.js'
import { verifyAdmits } from '../../../protocols/hello/admits.js'
import { decodeMessage, encodeMessage } from '../../../protocols/hello/codec.js'
import { MAX_HELLO_MESSAGE_BYTES } from '../../../protocols/hello/constants.js'
import { dialGrant } from '../../../protocols/hello/dialer.js'
import { handleHello } from '../../../protocols/hello/handler.js'
import type { HandleOptions } from '../../../protocols/hello/handler.js'
import { checkVisit } from '../../../protocols/hello/visiting.js'
import { readWelcome } from '../../../protocols/hello/joining.js'
import type { Keys } from '../../../protocols/hello/joining.js'
import type { WriterStanding } from '../../../protocols/vault/grant.js'
import { helloMac } from '../../../protocols/vault/keys.js'
import { readInvite } from '../../../protocols/vault/invite.js'
import { vectorsPath } from '../../vectors/generate.js'
import type { Grant } from '../../../protocols/vault/grant.js'
import { counting } from '../../hostile/strangers.js'
import { BarePeer, ended } from './bare.js'
import { cast, seed } from './cast.js'

type Frame = string | Array<string | [string, number]>
type Plain<T> = { [K in keyof T]: string } & { epoch: number, reads: string[] }
interface Vectors {
  vault: string
  meet: string
  peers: Record<string, string>
  macs: Array<{ direction: 1 | 2, dialer: string, listener: string, mac: string }>
  admits: Record<string, string>
  chains: {
    valid: Array<{ name: string, peer: string, admits: string[], role: string, label: string }>
    bad: Array<{ name: string, peer: string, admits: string[], code: WireCode }>
  }
  messages: { valid: Array<{ name: string, frame: string, message: unknown }>, bad: Array<{ name: string, frame: Frame, code: WireCode }> }
  conversations: { bad: Array<{ name: string, frames: string[], code: WireCode }> }
  visits: { now: number, counts: string[], void: string[], revoked: string[], root: string, cases: Array<{ name: string, frame: string, code?: WireCode }> }
  joining: {
    witness: string
    joiner: string
    invite: { epoch: number, check: string, meet: string, invite: string }
    certificate: string
    welcome: { keys: Plain<Keys>, admits: string[], witness: string[] }
    bad: Array<{ name: string, keys?: Partial<Plain<Keys>>, admits?: string[], witness?: string[], code: WireCode }>
  }
}

const vectors = JSON.parse(await readFile(vectorsPath('hello'), 'utf8')) as Vectors
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const hexOf = (value: Uint8Array): string => Buffer.from(value).toString('hex')
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_key, field: unknown) => field instanceof Uint8Array ? Buffer.from(field).toString('hex') : field))
const named = (names: string[]): Uint8Array[] => names.map((name) => bytes(vectors.admits[name] ?? assert.fail(name)))
const peer = (name: string): Uint8Array => bytes(vectors.peers[name] ?? assert.fail(name))
const frameBytes = (frame: Frame): Uint8Array => bytes((typeof frame === 'string' ? [frame] : frame).map((part) => typeof part === 'string' ? part : part[0].repeat(part[1])).join(''))

const { home, founder, store, stranger, chains } = cast
const options: HandleOptions<unknown> = {
  local: founder.peer,
  remote: store.peer,
  encryption: '/noise',
  meet: home.meet,
  admits: chains.founder,
  verify: (admits, remote) => verifyAdmits({ admits, peer: remote, vault: home.id }),
  visit: (shown) => checkVisit(shown, {
    vaultId: home.id,
    now: vectors.visits.now,
    standing: (writer): WriterStanding => vectors.visits.counts.includes(hexOf(writer)) ? 'counts' : vectors.visits.void.includes(hexOf(writer)) ? 'void' : 'unknown',
    revoked: (link) => vectors.visits.revoked.includes(hexOf(link))
  })
}

/** How a founder that the store member dialled ends when it hears these frames. */
async function refusalTo (frames: Uint8Array[], extra: Partial<HandleOptions<unknown>> = {}): Promise<{ told: number | undefined, code: string }> {
  const [out, into] = await streamPair()
  const dialler = new BarePeer(out)
  const handled = handleHello(into, { ...options, ...extra }).then(() => 'accepted', (error: unknown) => (error as { code: string }).code)
  for (const frame of frames) await dialler.channel.write(frame)
  const said = await dialler.hearAll()
  await dialler.channel.close()
  assert.equal(await ended(into), 'closed')
  return { told: said.at(-1)?.refusal?.code, code: await handled }
}

describe('protocols/hello incoming', () => {
  for (const { direction, dialer, listener, mac } of vectors.macs) {
    it(`MAC of direction ${direction}`, () => {
      assert.deepEqual(helloMac(bytes(vectors.meet), direction, peer(dialer), peer(listener)), bytes(mac))
    })
  }

  for (const { name, frame, message } of vectors.messages.valid) {
    it(`message: ${name}`, () => {
      const decoded = decodeMessage(bytes(frame))
      assert.deepEqual(plain(decoded), message)
      assert.deepEqual(encodeMessage(decoded), bytes(frame))
    })
  }

  for (const { name, frame, code } of vectors.messages.bad) {
    it(`message refused: ${name}`, async () => {
      assert.throws(() => decodeMessage(frameBytes(frame)), { name: 'ProtocolError', code })
      assert.deepEqual(await refusalTo([frameBytes(frame)]), { told: WIRE_CODES[code], code })
    })
  }

  for (const { name, peer: subject, admits, role, label } of vectors.chains.valid) {
    it(`chain: ${name}`, () => {
      const facts = verifyAdmits({ admits: named(admits), peer: bytes(subject), vault: bytes(vectors.vault) })
      assert.deepEqual([facts.role, facts.label], [role, label])
    })
  }

  for (const { name, peer: subject, admits, code } of vectors.chains.bad) {
    it(`chain refused: ${name}`, async () => {
      assert.throws(() => verifyAdmits({ admits: named(admits), peer: bytes(subject), vault: bytes(vectors.vault) }), { name: 'ProtocolError', code })
      const greet = encodeMessage({ greet: { mac: helloMac(home.meet, 1, bytes(subject), founder.peer) } })
      assert.deepEqual(await refusalTo([greet, encodeMessage({ admits: { admits: named(admits) } })], { remote: bytes(subject) }), { told: WIRE_CODES[code], code })
    })
  }

  for (const { name, frames, code } of vectors.conversations.bad) {
    it(`conversation refused: ${name}`, async () => {
      assert.deepEqual(await refusalTo(frames.map(bytes)), { told: WIRE_CODES[code], code })
    })
  }

  for (const { name, frame, code } of vectors.visits.cases) {
    if (code === undefined) {
      it(`a visitor is served: ${name}`, async () => {
        const [out, into] = await streamPair()
        const { grant } = decodeMessage(bytes(frame))
        assert.ok(grant !== undefined)
        const handled = handleHello(into, { ...options, remote: stranger.peer })
        await dialGrant(out, { encryption: '/noise', ...grant })
        assert.deepEqual((await handled as Grant).root.bytes, bytes(vectors.visits.root))
        assert.deepEqual([await ended(into), await ended(out)], ['closed', 'closed'])
      })
    } else {
      it(`a visitor is refused: ${name}`, async () => {
        assert.deepEqual(await refusalTo([bytes(frame)], { remote: stranger.peer }), { told: WIRE_CODES[code], code })
      })
    }
  }

  it('a visitor is refused by who serves none', async () => {
    const { visit: _visit, ...closed } = options
    const [out, into] = await streamPair()
    const handled = handleHello(into, closed)
    handled.catch(() => {})
    const { grant } = decodeMessage(bytes(vectors.visits.cases[0]?.frame ?? assert.fail()))
    await assert.rejects(dialGrant(out, { encryption: '/noise', vault: grant!.vault, grant: grant!.grant }), { code: 'UNSUPPORTED', retry: false })
    await assert.rejects(handled, { code: 'UNSUPPORTED' })
  })

  it('no signature is looked at where anything else is wrong with a grant', async () => {
    for (const { frame, code } of vectors.visits.cases.filter(({ code }) => code !== undefined && code !== 'INVALID_DATA')) {
      const { verify } = await counting(async () => { assert.equal((await refusalTo([bytes(frame)])).code, code) })
      assert.equal(verify, 0)
    }
  })

  const { witness, joiner, certificate, welcome, bad, invite } = vectors.joining
  const text = { vault: bytes(vectors.vault), secret: seed('invite joiner'), invite: readInvite(bytes(invite.invite)), epoch: invite.epoch, check: bytes(invite.check), meet: bytes(invite.meet), addresses: [] }
  const expected = { invite: text, certificate: bytes(certificate), local: peer(joiner), remote: peer(witness) }
  const assemble = ({ keys = {}, ...chain }: { keys?: Partial<Plain<Keys>>, admits?: string[], witness?: string[] } = {}): Parameters<typeof readWelcome>[0] => {
    const { meet, epoch, reads, vaultSecret } = { ...welcome.keys, ...keys }
    return {
      meet: bytes(meet), epoch, reads: reads.map(bytes), ...(vaultSecret === undefined ? {} : { vaultSecret: bytes(vaultSecret) }),
      admits: named(chain.admits ?? welcome.admits), witness: named(chain.witness ?? welcome.witness)
    }
  }

  it('welcome', () => {
    const joined = readWelcome(assemble(), expected)
    assert.deepEqual(joined.reads, [home.read])
    assert.equal(joined.own.role, 'read')
  })

  for (const { name, code, ...fault } of bad) {
    it(`welcome refused: ${name}`, () => {
      assert.throws(() => readWelcome(assemble(fault), expected), { name: 'ProtocolError', code })
    })
  }

  it('a greeting is not finished before the dialler has accepted it', async () => {
    const [out, into] = await streamPair()
    const dialler = new BarePeer(out)
    const handled = handleHello(into, options)
    handled.catch(() => {})
    await dialler.say({ greet: { mac: helloMac(home.meet, 1, store.peer, founder.peer) } }, { admits: { admits: chains.store } })
    assert.deepEqual(await dialler.hear(), { greet: { mac: helloMac(home.meet, 2, store.peer, founder.peer) } })
    assert.deepEqual(await dialler.hear(), { admits: { admits: chains.founder } })
    await dialler.channel.close()
    await assert.rejects(handled, { code: 'CLOSED' })
  })

  it('a stranger costs one HMAC: its admits are not looked at', async () => {
    let looked = 0
    const frames = [encodeMessage({ greet: { mac: new Uint8Array(32) } }), encodeMessage({ admits: { admits: chains.store } })]
    assert.deepEqual(await refusalTo(frames, { verify: () => { looked++ } }), { told: WIRE_CODES.REFUSED, code: 'REFUSED' })
    assert.equal(looked, 0)
  })

  it('who says nothing is cut off', async () => {
    const [out, into] = await streamPair()
    const dialler = new BarePeer(out)
    await assert.rejects(handleHello(into, { ...options, helloMs: 20 }), { code: 'TIMEOUT' })
    assert.equal(await ended(into), 'aborted')
    await assert.rejects(dialler.hear(), { code: 'CLOSED' })
  })

  it('a frame that is too long resets the stream', async () => {
    const [out, into] = await streamPair()
    const handled = handleHello(into, options)
    handled.catch(() => {})
    await new BarePeer(out).channel.write(new Uint8Array(MAX_HELLO_MESSAGE_BYTES + 1))
    await assert.rejects(handled, { code: 'LIMIT' })
    assert.equal(await ended(into), 'aborted')
  })

  it('decoding is total: any bytes give a message or a ProtocolError', () => {
    const [frame] = vectors.messages.valid.filter(({ name }) => name === 'refusal with writers').map((message) => bytes(message.frame))
    const altered = fc.tuple(fc.nat(), fc.nat(255)).map(([at, byte]) => frame?.with(at % frame.length, byte) ?? new Uint8Array())
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), altered), (noise) => {
      try {
        decodeMessage(noise)
      } catch (error) {
        assert.equal((error as Error).name, 'ProtocolError')
      }
    }), { numRuns: 1000 })
  })

  it('a signal ends it', async () => {
    const [, into] = await streamPair()
    const controller = new AbortController()
    const handled = handleHello(into, { ...options, signal: controller.signal })
    const reason = new Error('stopping')
    controller.abort(reason)
    await assert.rejects(handled, reason)
    assert.equal(await ended(into), 'aborted')
  })
})
