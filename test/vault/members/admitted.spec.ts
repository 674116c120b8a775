import assert from 'node:assert/strict'
import { readEntry } from '../../../protocols/vault/entry.js'
import { createInvite, readInviteText, type InviteText } from '../../../protocols/vault/invite.js'
import { check } from '../../../protocols/vault/keys.js'
import { makeAdmit } from '../../../protocols/vault/make-entry.js'
import { operatorOf } from '../../../protocols/placement/operator.js'
import { IndexDb } from '../../../src/index/engine/index-db.js'
import { MIGRATIONS } from '../../../src/index/migrations/schema.js'
import { peerText } from '../../../src/vault/members/members.js'
import { Vault } from '../../../src/vault/vault.js'
import { overusedNotes } from '../../../src/operations/overused.js'
import { revoke } from '../../../src/operations/revoke.js'
import { certificate, found } from '../../protocols/hello/cast.js'
import { failsWith } from '../../node/cluster.js'
import { node, seed, vault, type Node } from '../vaults.js'

const home = vault('let in')
const [laptop, phone, nas, pi, tablet] = ['laptop', 'phone', 'nas', 'pi', 'tablet'].map(node) as [Node, Node, Node, Node, Node]
const sybils = ['one', 'two', 'three', 'four', 'five'].map((name) => node(`sybil ${name}`))

function invite (label: string, role: 'owner' | 'write' | 'store' = 'write', uses = 1): InviteText {
  return readInviteText(createInvite({ vaultSign: home.sign, role, joinBy: 9e12, uses, label, operator: '', check: check(home.read), meet: home.meet, epoch: 0, addresses: [], secret: seed(`let in ${label}`) }))
}

/** An admit as its witness writes it; of several that say the same, `n` tells them apart. */
async function letIn (who: Node, text: InviteText, witness: Node, n = 0): Promise<Uint8Array> {
  const member = await certificate(text, who)
  return makeAdmit({ vault: home.id, epoch: 0, writer: witness.writer, seq: 2 + n, prev: seed('before'), time: 1_700_000_000_000, invite: text.invite.encoded, member }).bytes
}

describe('vault: who let whom in', () => {
  const open: IndexDb[] = []
  afterEach(async () => { await Promise.all(open.splice(0).map((db) => db.close())) })

  async function side (who: Node, admits: Uint8Array[]): Promise<Vault> {
    const db = await IndexDb.open({ migrations: MIGRATIONS })
    open.push(db)
    const one = new Vault({
      db, save: async () => {}, onChange: () => {},
      secrets: { vault: home.id, role: 'owner', meet: home.meet, reads: [home.read], writer: who.writer, box: who.box, recoveryChecked: true, secret: home.secret }
    })
    for (const bytes of admits) await one.entries.receive([bytes])
    return one
  }
  const peers = (nodes: Node[]): string[] => nodes.map(({ peer }) => peerText(peer)).sort()
  const left = (of: Vault): string[] => of.members().map(({ peer }) => peer).sort()

  /** A write member whose invite was for one makes five more of it, the last two by way of the first. */
  async function overused (): Promise<Uint8Array[]> {
    const text = invite('nas')
    const [one, , , four, five] = sybils as [Node, Node, Node, Node, Node]
    return [
      await found(home, laptop), await letIn(nas, text, laptop), await letIn(pi, invite('pi'), nas), await letIn(tablet, invite('tablet', 'store'), laptop),
      ...await Promise.all(sybils.slice(0, 3).map((who) => letIn(who, text, nas))), await letIn(four, text, one), await letIn(five, text, four),
      // two that let each other in
      await letIn(four, text, five)
    ]
  }

  it('members of one invite are one operator, are named as more than it was for, and go with the one that let them in', async () => {
    const owner = await side(laptop, await overused())
    assert.equal(owner.members().length, 9)
    assert.equal(new Set(owner.members().map((member) => operatorOf(member) || member.peer)).size, 4)
    const [note, ...more] = overusedNotes(owner)
    assert.match(note ?? '', /^6 machines came with one invite that was for 1: /)
    assert.deepEqual(more, [])
    const origins = owner.entries.revocations.origins()
    assert.deepEqual(sybils.map(({ peer }) => origins.get(peerText(peer))?.by), [nas, nas, nas, sybils[0], sybils[3]].map((by) => peerText(by!.peer)))
    assert.equal(origins.get(peerText(laptop.peer))?.by, peerText(laptop.peer))

    const { admitted } = await revoke({ vault: owner }, peerText(nas.peer))
    assert.deepEqual([admitted?.went, admitted?.members.map(({ peer }) => peer).sort()], [true, peers([pi, ...sybils])])
    assert.deepEqual(left(owner), peers([laptop, tablet]))
    assert.deepEqual(overusedNotes(owner), [])
  })

  it('they stay when that is said, are named all the same, and go when it is said later', async () => {
    const owner = await side(laptop, await overused())
    const kept = await revoke({ vault: owner }, peerText(nas.peer), { admitted: 'keep' })
    assert.deepEqual([kept.admitted?.went, kept.admitted?.members.length], [false, 6])
    assert.deepEqual(left(owner), peers([laptop, pi, tablet, ...sybils]))
    await failsWith(revoke({ vault: owner }, peerText(nas.peer), { admitted: 'perhaps' as 'keep' }), 'INVALID_OPTION')
    await revoke({ vault: owner }, peerText(nas.peer))
    assert.deepEqual(left(owner), peers([laptop, tablet]))
  })

  it('nobody goes because the one that is taken out wrote an admit of it too, whichever of both counts', async () => {
    const [pis, tablets] = [invite('pi'), invite('tablet', 'store')]
    const admits = [await found(home, laptop), await letIn(nas, invite('nas'), laptop), await letIn(pi, pis, laptop), await letIn(tablet, tablets, pi)]
    const low = readEntry(admits[2]!).id
    // ids are drawn until one is lower than that of the honest witness, so that it is the one that counts
    for (let n = 0; ; n++) {
      const again = await letIn(pi, pis, nas, n)
      if (Buffer.compare(readEntry(again).id, low) > 0) continue
      admits.push(again)
      break
    }
    admits.push(await letIn(tablet, tablets, nas))
    const owner = await side(laptop, admits)
    assert.equal(owner.entries.revocations.origins().get(peerText(pi.peer))?.by, peerText(nas.peer))
    assert.equal((await revoke({ vault: owner }, peerText(nas.peer))).admitted, undefined)
    assert.deepEqual(left(owner), peers([laptop, pi, tablet]))
  })

  it('with an owner nobody goes unless it is said; the owner that says it stays, and whom it let in', async () => {
    const admits = [
      await found(home, laptop), await letIn(phone, invite('phone', 'owner'), laptop), await letIn(nas, invite('nas'), laptop), await letIn(pi, invite('pi'), phone)
    ]
    const owner = await side(phone, admits)
    const kept = await revoke({ vault: owner }, peerText(laptop.peer))
    assert.deepEqual([kept.admitted?.went, kept.admitted?.members.map(({ peer }) => peer)], [false, peers([nas])])
    assert.deepEqual(left(owner), peers([phone, nas, pi]))
    await revoke({ vault: owner }, peerText(laptop.peer), { admitted: 'revoke' })
    assert.deepEqual(left(owner), peers([phone, pi]))
  })

  it('who has another admit now, or was taken out, has used its invite all the same', async () => {
    const text = invite('nas', 'store')
    const owner = await side(laptop, [await found(home, laptop), await letIn(nas, text, laptop), await letIn(nas, invite('nas again'), laptop)])
    assert.equal(owner.entries.members.get(peerText(nas.peer))?.role, 'write')
    assert.equal(owner.entries.revocations.uses(text.invite.key, pi.peer), 1)
    // the same node again is no new use
    assert.equal(owner.entries.revocations.uses(text.invite.key, nas.peer), 0)
    await revoke({ vault: owner }, peerText(nas.peer))
    assert.equal(owner.entries.revocations.uses(text.invite.key, pi.peer), 1)
  })
})
