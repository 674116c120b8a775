import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { readEntry, type RevokeEntry } from '../../protocols/vault/entry.js'
import { createInvite, readInviteText } from '../../protocols/vault/invite.js'
import { check } from '../../protocols/vault/keys.js'
import { base32 } from '../../protocols/vault/text.js'
import { IndexDb } from '../../src/index/engine/index-db.js'
import { MIGRATIONS } from '../../src/index/migrations/schema.js'
import { IndexSource } from '../../src/vault/sync/sync-source.js'
import { peerText } from '../../src/vault/members/members.js'
import type { Change } from '../../src/vault/entries/entry-log.js'
import { Vault } from '../../src/vault/vault.js'
import { revoke } from '../../src/operations/revoke.js'
import { cidOf, DAG_CBOR } from '../../protocols/block/cid.js'
import { admit, certificate, found, invite } from '../protocols/hello/cast.js'
import { failsWith } from '../node/cluster.js'
import { node, seed, vault, type Node } from './vaults.js'

const home = vault('revoking')
const [founder, nas, pi] = ['laptop', 'nas', 'pi'].map(node) as [Node, Node, Node]

/** A vault of a founder, a writer and one whom that writer admitted, as one of them has it. */
interface Side { vault: Vault, db: IndexDb, changes: Change[], parts: { vault: Vault } }

describe('vault: revoke', () => {
  const sides: Side[] = []
  let owner: Side
  let writer: Side

  async function side (who: Node, role: 'owner' | 'write'): Promise<Side> {
    const db = await IndexDb.open({ migrations: MIGRATIONS })
    const changes: Change[] = []
    const one = new Vault({
      db, save: async () => {}, onChange: (change) => { changes.push(change) },
      secrets: { vault: home.id, role, meet: home.meet, reads: [home.read], writer: who.writer, box: who.box, recoveryChecked: true, ...(role === 'owner' ? { secret: home.secret } : {}) }
    })
    const texts = [invite(home, 'write', 'nas'), invite(home, 'write', 'pi')] as const
    const admits = [await found(home, founder), admit(home, texts[0], await certificate(texts[0], nas), founder), admit(home, texts[1], await certificate(texts[1], pi), nas)]
    for (const bytes of admits) await one.entries.receive([bytes])
    const made = { vault: one, db, changes, parts: { vault: one } }
    sides.push(made)
    return made
  }

  /** Everything that one side has. */
  const all = ({ db }: Side): Uint8Array[] => {
    const source = new IndexSource(db, { heads: () => [], bytes: () => undefined })
    return [...source.below('vault', ''), ...source.below('file', '')]
  }
  const sync = async (from: Side, to: Side): Promise<void> => { await to.vault.entries.receive(all(from)) }
  const put = async ({ vault: of }: Side, name: string, text: string): Promise<string> => {
    const { lineage } = of.planPut(name)
    const { info } = await of.commitPut(name, { root: cidOf(DAG_CBOR, seed(text)), key: seed(text), size: 4, bytes: 100, lineage }, async (extra) => { await sides.find((one) => one.vault === of)?.db.write(extra) })
    return info.version
  }
  const labels = ({ vault: of }: Side): string[] => of.members().map(({ label }) => label).sort()
  const version = ({ vault: of }: Side, name: string): string | undefined => of.lookup(name)?.info.version
  const revokes = (of: Side): RevokeEntry[] => all(of).map((bytes) => readEntry(bytes)).filter((entry): entry is RevokeEntry => entry.kind === 'revoke')

  beforeEach(async () => {
    owner = await side(founder, 'owner')
    writer = await side(nas, 'write')
  })
  afterEach(async () => { await Promise.all(sides.splice(0).map(({ db }) => db.close())) })

  it('a member that hears of it while a put of its own is under way: that put is not committed', async () => {
    const { lineage } = writer.vault.planPut('x')
    await revoke(owner.parts, 'nas', { admitted: 'keep' })
    // the revoke waits for another write, and the put for the revoke
    const other = Promise.withResolvers<undefined>()
    const before = writer.vault.entries.ofTag(seed('another tag'), async () => other.promise)
    const heard = sync(owner, writer)
    await nextTurn()
    let committed = 0
    const late = failsWith(writer.vault.commitPut('x', { root: cidOf(DAG_CBOR, seed('x')), key: seed('x'), size: 4, bytes: 100, lineage }, async () => { committed++ }), 'NOT_ALLOWED')
    other.resolve(undefined)
    await Promise.all([before, heard, late])
    assert.deepEqual([committed, version(writer, 'x')], [0, undefined])
  })

  it('a member by its label: what is known of it stays, what comes later is void, also where it comes first', async () => {
    const first = await put(writer, 'x', 'first')
    await sync(writer, owner)
    assert.deepEqual(await revoke(owner.parts, 'nas', { admitted: 'keep' }), {
      kind: 'member', label: 'nas', peer: peerText(nas.peer), admitted: { went: false, members: [{ peer: peerText(pi.peer), label: 'pi' }] }
    })
    await put(writer, 'x', 'later')
    const other = await put(writer, 'y', 'later')
    const third = await side(pi, 'write')
    await sync(writer, third)
    assert.equal(version(third, 'y'), other)
    for (const to of [owner, third]) {
      await sync(writer, to)
      await sync(owner, to)
      assert.equal(version(to, 'x'), first)
      assert.equal(version(to, 'y'), undefined)
      // whom it had admitted before stays
      assert.deepEqual(labels(to), ['laptop', 'pi'])
    }
    const [change] = third.changes.filter(({ kind }) => kind === 'revoke')
    assert.deepEqual(change?.gone?.map(({ label }) => label), ['nas'])
    assert.equal(third.db.all('SELECT 1 FROM missing').length, 1)
  })

  it('since a version: that one and what came after it count for nothing, and the one before is back', async () => {
    const first = await put(writer, 'x', 'first')
    const bad = await put(writer, 'x', 'bad')
    await put(writer, 'y', 'bad too')
    await sync(writer, owner)
    await revoke(owner.parts, peerText(nas.peer), { since: bad.slice(0, 12), admitted: 'keep' })
    assert.deepEqual([version(owner, 'x'), version(owner, 'y')], [first, undefined])
    assert.equal(revokes(owner).length, 1)
    // again changes nothing; from an earlier one on it does
    await revoke(owner.parts, 'nas', { admitted: 'keep' })
    assert.equal(revokes(owner).length, 1)
    await revoke(owner.parts, 'nas', { since: first, admitted: 'keep' })
    assert.equal(version(owner, 'x'), undefined)
    assert.deepEqual(revokes(owner).map(({ seq }) => seq), [1, 2])
    assert.deepEqual(revokes(owner)[1]?.prev, revokes(owner)[0]?.id)
    await sync(owner, writer)
    assert.equal(version(writer, 'x'), undefined)
    assert.deepEqual(owner.vault.entries.revocations.revoked().map(({ member }) => member.label), ['nas'])
  })

  it('a version that is not the member\'s, a beginning that is too short, and nothing is written', async () => {
    const mine = await put(owner, 'x', 'mine')
    await failsWith(revoke(owner.parts, 'nas', { since: mine }), 'VERSION_NOT_FOUND')
    await failsWith(revoke(owner.parts, 'nas', { since: '11111111' }), 'VERSION_NOT_FOUND')
    await failsWith(revoke(owner.parts, 'nas', { since: mine.slice(0, 5) }), 'INVALID_OPTION')
    assert.equal(revokes(owner).length, 0)
    assert.deepEqual(labels(owner), ['laptop', 'nas', 'pi'])
  })

  it('who was revoked writes nothing any more once it knows', async () => {
    await revoke(owner.parts, 'nas')
    await sync(owner, writer)
    await failsWith(put(writer, 'x', 'text'), 'NOT_ALLOWED')
    assert.equal(all(writer).length, all(owner).length)
  })

  it('the last owner only when forced', async () => {
    const before = await put(owner, 'x', 'text')
    await failsWith(revoke(owner.parts, 'laptop'), 'LAST_OWNER')
    assert.equal(revokes(owner).length, 0)
    await revoke(owner.parts, 'laptop', { force: true })
    assert.deepEqual(labels(owner), ['nas', 'pi'])
    assert.equal(version(owner, 'x'), before)
  })

  it('an invite by its text or its key; a member that used it stays', async () => {
    const { sign: vaultSign } = home
    const text = createInvite({ vaultSign, role: 'read', joinBy: 9e12, uses: 3, label: 'tablet', operator: '', check: check(home.read), meet: home.meet, epoch: 0, addresses: [] })
    const { invite: { key } } = readInviteText(text)
    assert.equal(owner.vault.entries.revocations.isClosed(key), false)
    assert.deepEqual(await revoke(owner.parts, ` ${text.toUpperCase()}\n`), { kind: 'invite', label: 'tablet' })
    assert.equal(owner.vault.entries.revocations.isClosed(key), true)
    assert.deepEqual(await revoke(owner.parts, base32(invite(home, 'write', 'nas').invite.key)), { kind: 'invite', label: '' })
    await sync(owner, writer)
    assert.equal(writer.vault.entries.revocations.isClosed(key), true)
    assert.deepEqual(labels(writer), ['laptop', 'nas', 'pi'])
    assert.deepEqual(writer.changes.map(({ kind }) => kind), ['member', 'member', 'member', 'revoke', 'revoke'])
    await failsWith(revoke(owner.parts, text, { since: 'aaaaaaaa' }), 'INVALID_OPTION')
    const elsewhere = createInvite({ vaultSign: vault('elsewhere').sign, role: 'read', joinBy: 9e12, uses: 3, check: check(home.read), meet: home.meet, epoch: 0, addresses: [] })
    await failsWith(revoke(owner.parts, elsewhere), 'WRONG_VAULT')
    await failsWith(revoke(owner.parts, text.slice(0, -1)), 'INVALID_INVITE')
  })

  it('nobody, or more than one, or by who is no owner', async () => {
    await failsWith(revoke(owner.parts, 'nobody'), 'MEMBER_NOT_FOUND')
    await failsWith(revoke(owner.parts, ''), 'MEMBER_NOT_FOUND')
    await failsWith(revoke(owner.parts, peerText(nas.peer).slice(0, 5)), 'MEMBER_NOT_FOUND')
    // the same beginning for all
    await failsWith(revoke(owner.parts, peerText(nas.peer).slice(0, 6)), 'INVALID_OPTION')
    await failsWith(revoke(writer.parts, 'pi'), 'NOT_ALLOWED')
    assert.equal(revokes(owner).length, 0)
    assert.equal((await revoke(owner.parts, peerText(nas.peer).slice(0, 20))).label, 'nas')
  })
})
