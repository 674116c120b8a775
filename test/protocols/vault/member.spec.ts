import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { isKnown, verifyAdmit } from '../../../protocols/vault/admit.js'
import { peerBytes, publicKeyOf } from '../../../protocols/vault/ed25519.js'
import { readEntry } from '../../../protocols/vault/entry.js'
import { createInvite, readInvite, readInviteText } from '../../../protocols/vault/invite.js'
import { boxPublic, check, newBoxKey, newVaultSecret, newWriterKey, readKeys, vaultKeys } from '../../../protocols/vault/keys.js'
import { JOIN_TOLERANCE_MS, MAX_CERTIFICATE_BYTES } from '../../../protocols/vault/limits.js'
import { makeAdmit } from '../../../protocols/vault/make-entry.js'
import { checkJoin, joinCertificate, makeMember, readMember, verifyMember } from '../../../protocols/vault/member.js'
import { compareRoles, ROLES } from '../../../protocols/vault/signed.js'
import { first, founderAdmit, founderCertificate, founderTerms, inviteTerms, joiner, joinerKeys, nodeOf, nodeSigner, second, storeKeys, TIME, vault, ZEROS } from '../../vectors/vault-fixtures.js'
import type { AdmitFacts } from '../../../protocols/vault/admit.js'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
/** Admits by the writer keys that they name, as an index would keep them. */
function lookup (facts: AdmitFacts[]): (writer: Uint8Array) => AdmitFacts[] {
  return (writer) => facts.filter(({ member }) => member.writer !== undefined && hex(member.writer) === hex(writer))
}

describe('vault: members', () => {
  it('a founder admits itself', () => {
    const facts = verifyAdmit(readEntry(founderAdmit.bytes), vault.id)
    assert.equal(facts.member.role, 'owner')
    assert.deepEqual(facts.author, facts.member.writer)
    assert.equal(facts.invite, undefined)
    assert.equal(isKnown(facts.author, vault.id, lookup([facts])), true)
    assert.throws(() => verifyAdmit(readEntry(founderAdmit.bytes), readKeys(vault.read).meet), { code: 'WRONG_VAULT' })
  })

  for (const role of ROLES) {
    it(`a ${role} member joins with what a text says`, async () => {
      const text = readInviteText(createInvite({ ...inviteTerms, role, label: 'a', operator: 'b', maxCapacity: 5 }))
      const writes = role === 'owner' || role === 'write'
      const certificate = await joinCertificate({ invite: text, ...(writes ? joinerKeys : storeKeys) })
      const { member } = checkJoin({ invite: text.invite.encoded, certificate, vaultId: vault.id, now: TIME, uses: 0, peer: joiner.peer })
      assert.deepEqual([member.role, member.label, member.operator, member.maxCapacity], [role, 'a', 'b', 5])
      assert.equal(member.writer !== undefined, writes)
      const facts = verifyAdmit(readEntry(makeAdmit({ ...second, invite: text.invite.encoded, member: certificate }).bytes), vault.id)
      assert.deepEqual(facts.member.subject, joiner.peer)
      await assert.rejects(joinCertificate({ invite: text, ...(writes ? storeKeys : joinerKeys) }), { code: 'MALFORMED' })
    })
  }

  it('an invite without label and operator makes a member without them', async () => {
    const { label: _label, operator: _operator, ...terms } = inviteTerms
    const text = readInviteText(createInvite(terms))
    const member = readMember(await joinCertificate({ invite: text, ...joinerKeys }))
    assert.deepEqual([text.invite.label, text.invite.operator, member.label, member.operator], ['', '', '', ''])
  })

  it('the longest invite and certificate fit', async () => {
    const long = 'é'.repeat(32)
    const text = readInviteText(createInvite({ ...inviteTerms, label: long, operator: long, maxCapacity: Number.MAX_SAFE_INTEGER, uses: Number.MAX_SAFE_INTEGER, joinBy: Number.MAX_SAFE_INTEGER, epoch: Number.MAX_SAFE_INTEGER, addresses: Array.from({ length: 4 }, () => new Uint8Array(512).fill(1)) }))
    const certificate = await joinCertificate({ invite: text, ...joinerKeys })
    assert.ok(text.invite.encoded.length < MAX_CERTIFICATE_BYTES && certificate.length < MAX_CERTIFICATE_BYTES)
  })

  it('does not make invites that nobody would take', () => {
    const wrong = [{ uses: 0 }, { joinBy: -1 }, { label: 'x'.repeat(65) }, { operator: 'é'.repeat(33) }, { maxCapacity: -1 }, { epoch: -1 }, { check: new Uint8Array(31) }, { meet: new Uint8Array(0) },
      { addresses: [new Uint8Array(0)] }, { addresses: [new Uint8Array(513)] }, { addresses: Array.from({ length: 5 }, () => new Uint8Array(1)) }]
    for (const change of wrong) assert.throws(() => createInvite({ ...inviteTerms, ...change }), { code: 'MALFORMED' })
  })

  it('does not make a certificate that the node did not sign', async () => {
    await assert.rejects(makeMember({ ...founderTerms, nodeSign: nodeSigner(joiner.node) }), { code: 'INVALID_DATA' })
    await assert.rejects(makeMember({ ...founderTerms, nodeSign: () => new Uint8Array(63) }), { code: 'MALFORMED' })
    assert.ok(verifyMember(readMember(founderCertificate)))
  })

  it('a node key may sign later', async () => {
    const nodeSign = nodeSigner(joiner.node)
    const later = await joinCertificate({ invite: readInviteText(createInvite(inviteTerms)), ...joinerKeys, nodeSign: async (message) => Promise.resolve(nodeSign(message)) })
    assert.ok(verifyMember(readMember(later)))
  })

  it('a witness says what is wrong in one order: altered, then revoked, expired, used up', async () => {
    const text = readInviteText(createInvite(inviteTerms))
    const late = { invite: text.invite.encoded, certificate: await joinCertificate({ invite: text, ...joinerKeys }), vaultId: vault.id, now: inviteTerms.joinBy + JOIN_TOLERANCE_MS + 1, uses: 1, revoked: true }
    assert.throws(() => checkJoin({ ...late, peer: nodeOf('x').peer }), { code: 'INVALID_DATA' })
    assert.throws(() => checkJoin(late), { code: 'REVOKED' })
    assert.throws(() => checkJoin({ ...late, revoked: false }), { code: 'EXPIRED' })
    assert.throws(() => checkJoin({ ...late, revoked: false, now: TIME }), { code: 'USED_UP' })
  })

  it('an admit by an invite does not stand without it', async () => {
    const text = readInviteText(createInvite(inviteTerms))
    const member = await joinCertificate({ invite: text, ...joinerKeys })
    assert.throws(() => makeAdmit({ ...second, member }), { code: 'INVALID_DATA' })
    assert.throws(() => makeAdmit({ ...first, invite: text.invite.encoded, member: founderCertificate }), { code: 'INVALID_DATA' })
  })

  it('keys of members are fresh, and a box key gives its public half', () => {
    const box = newBoxKey()
    assert.deepEqual(boxPublic(box.secret), box.public)
    const [a, b] = [newWriterKey(), newWriterKey()]
    assert.notDeepEqual(a.secret, b.secret)
    assert.deepEqual(publicKeyOf(a.secret), a.public)
    assert.notDeepEqual(newVaultSecret(), newVaultSecret())
    assert.throws(() => vaultKeys(new Uint8Array(31)), { code: 'MALFORMED' })
    assert.throws(() => check(new Uint8Array(33)), { code: 'MALFORMED' })
  })

  it('roles have an order', () => {
    assert.deepEqual([...ROLES].reverse().sort(compareRoles), ['owner', 'write', 'read', 'store'])
    assert.throws(() => readInvite(new Uint8Array(3)), { code: 'MALFORMED' })
  })
})

describe('vault: who is known', () => {
  const founderMember = readMember(founderCertificate)
  /** Stands in for a writer's public key: who is known depends on which keys are equal, and on no signature. */
  const keyOf = (name: string): Uint8Array => new Uint8Array(createHash('sha256').update(name).digest())
  /** Facts as verifyAdmit gives them, for chains of any shape. */
  const admit = (writer: string, author: string, by = 'invite'): AdmitFacts =>
    ({ id: keyOf(`${writer} ${author}`), author: keyOf(author), member: { ...founderMember, writer: keyOf(writer), by: by === 'vault' ? vault.id : keyOf('an invite') } })
  const known = (writer: string, admits: AdmitFacts[], voids: AdmitFacts[] = []): boolean =>
    isKnown(keyOf(writer), vault.id, lookup(admits), { isVoid: (id) => voids.some((of) => hex(of.id) === hex(id)) })

  it('follows a chain of any length to a founder', () => {
    const chain = Array.from({ length: 2_000 }, (_, i) => admit(`w${i}`, `w${i + 1}`))
    const founder = admit('w2000', 'w2000', 'vault')
    const all = new Map([...chain, founder].map((of) => [hex(of.member.writer!), of]))
    const admitsOf = (writer: Uint8Array): AdmitFacts | undefined => all.get(hex(writer))
    assert.equal(isKnown(keyOf('w0'), vault.id, admitsOf), true)
    all.delete(hex(founder.member.writer!))
    assert.equal(isKnown(keyOf('w0'), vault.id, admitsOf), false)
  }).timeout(20_000)

  it('ends for loops, and knows nobody by them', () => {
    assert.equal(known('a', [admit('a', 'b'), admit('b', 'a')]), false)
    assert.equal(known('a', [admit('a', 'a')]), false)
    assert.equal(known('a', [admit('a', 'b'), admit('b', 'a'), admit('b', 'b', 'vault')]), true)
  })

  it('a certificate of the vault key in an admit of somebody unknown makes nobody known', () => {
    assert.equal(known('a', [admit('a', 'stranger', 'vault')]), false)
  })

  it('one chain without void entries is enough', () => {
    const founder = admit('f', 'f', 'vault')
    const [one, two] = [admit('a', 'b'), admit('a', 'c')]
    const all = [founder, one, two, admit('b', 'f'), admit('c', 'f')]
    assert.equal(known('a', all), true)
    assert.equal(known('a', all, [one]), true)
    assert.equal(known('a', all, [one, two]), false)
    assert.equal(known('a', all, [founder]), false)
  })

  it('does not take an index at its word', () => {
    const wrong = admit('f', 'f', 'vault')
    assert.equal(isKnown(keyOf('a'), vault.id, () => [wrong]), false)
    assert.equal(isKnown(keyOf('a'), vault.id, () => undefined), false)
    assert.deepEqual(ZEROS.length, 32)
    assert.equal(peerBytes(keyOf('a')).length, 38)
  })
})
