/** Both sides together: greeting and joining. */
import assert from 'node:assert/strict'
import { streamPair } from '@libp2p/utils'
import { ProtocolError } from '../../../protocols/errors.js'
import { fitting, verifyAdmits } from '../../../protocols/hello/admits.js'
import { MAX_ADMITS, MAX_ADMITS_BYTES } from '../../../protocols/hello/constants.js'
import { dialHello, dialJoin } from '../../../protocols/hello/dialer.js'
import type { Ends } from '../../../protocols/hello/dialer.js'
import { handleHello } from '../../../protocols/hello/handler.js'
import type { HandleOptions } from '../../../protocols/hello/handler.js'
import type { MemberFacts } from '../../../protocols/hello/admits.js'
import { NotAWitnessError } from '../../../protocols/hello/refusal.js'
import { checkJoin } from '../../../protocols/vault/member.js'
import { ended } from './bare.js'
import { admit, cast, certificate, invite, keysOf, vault, TIME } from './cast.js'
import type { Node } from './cast.js'
import type { Role } from '../../../protocols/vault/signed.js'

const { home, founder, writer, second, store, joiner, chains } = cast
const ENCRYPTION = '/noise'
const verify = (admits: Uint8Array[], peer: Uint8Array): MemberFacts => verifyAdmits({ admits, peer, vault: home.id })
const ends = (local: Node, remote: Node): Ends => ({ local: local.peer, remote: remote.peer, encryption: ENCRYPTION })

/** What a member that can admit does with a join, without an index. */
function witness (options: Partial<HandleOptions<MemberFacts>> = {}, uses = 0): HandleOptions<MemberFacts> {
  return {
    ...ends(writer, joiner),
    meet: home.meet,
    admits: chains.writer,
    verify,
    admit: async (request) => {
      const { invite: { role } } = checkJoin({ ...request, vaultId: home.id, now: TIME, uses })
      const text = invite(home, role, `for ${role}`)
      return { ...keysOf(home, role), admits: [admit(home, text, request.certificate, writer), ...chains.writer] }
    },
    ...options
  }
}

describe('protocols/hello greeting', () => {
  it('two members know each other, and the stream is closed', async () => {
    const [out, into] = await streamPair()
    const [heard, seen] = await Promise.all([
      dialHello(out, { ...ends(store, second), meet: home.meet, admits: chains.store, verify }),
      handleHello(into, { ...ends(second, store), meet: home.meet, admits: chains.second, verify })
    ])
    assert.deepEqual([heard.role, heard.label, heard.operator], ['write', 'second', 'ana'])
    assert.deepEqual([seen.role, seen.label, seen.chain.length], ['store', 'store', 4])
    assert.deepEqual([heard.peer, seen.peer], [second.peer, store.peer])
    assert.deepEqual(await Promise.all([ended(out), ended(into)]), ['closed', 'closed'])
  })

  it('either side refuses by what its verify throws, and the other learns the code', async () => {
    for (const refuses of ['dialer', 'listener']) {
      const [out, into] = await streamPair()
      const deny = (): never => { throw new ProtocolError('REVOKED', 'Was revoked') }
      const results = await Promise.allSettled([
        dialHello(out, { ...ends(store, founder), meet: home.meet, admits: chains.store, verify: refuses === 'dialer' ? deny : verify }),
        handleHello(into, { ...ends(founder, store), meet: home.meet, admits: chains.founder, verify: refuses === 'listener' ? deny : verify })
      ])
      assert.deepEqual(results.map((result) => result.status === 'rejected' && (result.reason as ProtocolError).code), ['REVOKED', 'REVOKED'], refuses)
      assert.deepEqual(await Promise.all([ended(out), ended(into)]), ['closed', 'closed'])
    }
  })

  it('a member of another vault is a stranger: refused before a signature is looked at', async () => {
    const [out, into] = await streamPair()
    const looked: string[] = []
    const count = (): never => { looked.push('verify'); throw new Error('not reached') }
    const results = await Promise.allSettled([
      dialHello(out, { ...ends(store, founder), meet: vault('other').meet, admits: chains.store, verify: count }),
      handleHello(into, { ...ends(founder, store), meet: home.meet, admits: chains.founder, verify: count })
    ])
    assert.deepEqual(results.map((result) => result.status === 'rejected' && (result.reason as ProtocolError).code), ['REFUSED', 'REFUSED'])
    assert.deepEqual(looked, [])
  })

  it('says nothing of the vault on a connection that is not encrypted', async () => {
    for (const encryption of [undefined, '/plaintext/2.0.0']) {
      const [out, into] = await streamPair()
      const bare = handleHello(into, { ...ends(founder, store), meet: home.meet, admits: chains.founder, verify })
      await assert.rejects(dialHello(out, { ...ends(store, founder), encryption, meet: home.meet, admits: chains.store, verify }), { code: 'REFUSED' })
      await assert.rejects(bare, { code: 'REFUSED' })
    }
  })
})

describe('protocols/hello joining', () => {
  for (const role of ['owner', 'write', 'read', 'store'] as Role[]) {
    it(`a joiner with role ${role} gets what the role holds, and no more`, async () => {
      const [out, into] = await streamPair()
      const text = invite(home, role, `for ${role}`)
      const [joined, seen] = await Promise.all([
        dialJoin(out, { ...ends(joiner, writer), invite: text, certificate: await certificate(text, joiner) }),
        handleHello(into, witness())
      ])
      const { meet, epoch, reads, vaultSecret } = joined
      assert.deepEqual({ meet, epoch, reads, ...(vaultSecret === undefined ? {} : { vaultSecret }) }, keysOf(home, role))
      assert.equal(joined.own.role, role)
      assert.equal(joined.witness.label, 'writer')
      assert.deepEqual([seen.role, seen.peer], [role, joiner.peer])
      // what it shows from now on
      assert.equal(verify(joined.admits, joiner.peer).role, role)
      assert.deepEqual(await Promise.all([ended(out), ended(into)]), ['closed', 'closed'])
    })
  }

  it('a refusal of the witness has its code', async () => {
    const text = invite(home, 'read', 'for read')
    const cases: Array<[string, Partial<HandleOptions<MemberFacts>>, number?]> = [
      ['USED_UP', {}, 1],
      ['EXPIRED', { admit: async () => { throw new ProtocolError('EXPIRED', 'Over') } }],
      ['INVALID_DATA', { remote: store.peer }],
      ['INTERNAL', { admit: async () => { throw new Error('disk') } }]
    ]
    for (const [code, options, uses] of cases) {
      const [out, into] = await streamPair()
      const local = code === 'INVALID_DATA' ? store : joiner
      const results = await Promise.allSettled([
        dialJoin(out, { ...ends(local, writer), invite: text, certificate: await certificate(text, joiner) }),
        handleHello(into, witness(options, uses))
      ])
      assert.equal(results[0].status === 'rejected' && (results[0].reason as ProtocolError).code, code)
      assert.equal(results[1].status, 'rejected')
    }
  })

  it('a member that cannot admit names those that can', async () => {
    const [out, into] = await streamPair()
    const text = invite(home, 'read', 'for read')
    const address = new Uint8Array(Buffer.from('047f000001060fa1', 'hex'))
    const many = Array.from({ length: 20 }, () => ({ peer: writer.peer, addresses: Array.from({ length: 9 }, () => address), label: 'ü'.repeat(60) }))
    const [answer] = await Promise.allSettled([
      dialJoin(out, { ...ends(joiner, store), invite: text, certificate: await certificate(text, joiner) }),
      handleHello(into, { ...ends(store, joiner), meet: home.meet, admits: chains.store, verify, writers: () => many })
    ])
    assert.ok(answer.status === 'rejected' && answer.reason instanceof NotAWitnessError)
    assert.deepEqual([answer.reason.code, answer.reason.retry], ['NOT_A_WITNESS', true])
    assert.equal(answer.reason.writers.length, 8)
    assert.deepEqual(answer.reason.writers[0], { peer: writer.peer, addresses: [address, address, address, address], label: 'ü'.repeat(32) })
  })

  it('no secret leaves for an admit that is not of the peer at the other end', async () => {
    const [out, into] = await streamPair()
    const text = invite(home, 'read', 'for read')
    const results = await Promise.allSettled([
      dialJoin(out, { ...ends(joiner, writer), invite: text, certificate: await certificate(text, joiner) }),
      handleHello(into, witness({ admit: async () => ({ ...keysOf(home, 'read'), admits: chains.store }) }))
    ])
    assert.deepEqual(results.map((result) => result.status === 'rejected' && (result.reason as ProtocolError).code), ['REFUSED', 'REFUSED'])
  })
})

describe('protocols/hello chains', () => {
  it('end at a writer that is known already', () => {
    const knows = (key: Uint8Array): boolean => Buffer.from(key).equals(verifyAdmits({ admits: chains.second, peer: second.peer, vault: home.id }).chain[0]?.member.writer ?? new Uint8Array())
    assert.equal(verifyAdmits({ admits: chains.store.slice(0, 1), peer: store.peer, vault: home.id, knows }).chain.length, 1)
    assert.throws(() => verifyAdmits({ admits: chains.store.slice(0, 1), peer: store.peer, vault: home.id }), { code: 'UNKNOWN_WRITER' })
  })

  it('with a revoked member are refused', () => {
    for (const label of ['store', 'writer']) {
      assert.throws(() => verifyAdmits({ admits: chains.store, peer: store.peer, vault: home.id, revoked: ({ member }) => member.label === label }), { code: 'REVOKED' })
    }
  })

  it('a chain that is too long is cut, not refused', () => {
    const admits = Array.from({ length: 30 }, () => new Uint8Array(1000))
    assert.equal(fitting(admits).length, Math.floor(MAX_ADMITS_BYTES / 1000))
    assert.equal(fitting(Array.from({ length: 99 }, () => new Uint8Array(1))).length, MAX_ADMITS)
    assert.equal(fitting(chains.store), chains.store)
  })
})
