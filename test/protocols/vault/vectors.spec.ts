import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { decode } from '../../../protocols/block/cbor.js'
import { isKnown, verifyAdmit } from '../../../protocols/vault/admit.js'
import { isStrictForm, peerBytes, publicKeyOf, verifyRaw } from '../../../protocols/vault/ed25519.js'
import { readEntry } from '../../../protocols/vault/entry.js'
import { checkGrant, readGrant, verifyGrant } from '../../../protocols/vault/grant.js'
import { applyHistory, liveVersions, nextAfter } from '../../../protocols/vault/history.js'
import { readInvite, readInviteText, verifyInvite } from '../../../protocols/vault/invite.js'
import { boxPublic, check, helloMac, readKeys, vaultKeys } from '../../../protocols/vault/keys.js'
import { checkJoin, readMember, verifyMember } from '../../../protocols/vault/member.js'
import { createLink, readLinkText } from '../../../protocols/vault/link.js'
import { nameProblem, normalName } from '../../../protocols/vault/names.js'
import { openEntry, tagOf } from '../../../protocols/vault/private-part.js'
import { keptUnknown, type UnknownLimits } from '../../../protocols/vault/unknown.js'
import { newestSetting, readSettings, type Settings } from '../../../protocols/vault/settings.js'
import { readRecoveryText, recoveryText } from '../../../protocols/vault/text.js'
import type { WriterStanding } from '../../../protocols/vault/grant.js'
import type { AdmitFacts } from '../../../protocols/vault/admit.js'
import type { HistoryEntry } from '../../../protocols/vault/history.js'

type Bytes = string | Array<string | [string, number]>
interface Owner { node: string, peer: string, writer: string, writerKey: string, boxSecret: string, box: string }
interface Vectors {
  keys: Record<'V' | 'id' | 'sign' | 'read' | 'chunk' | 'entry' | 'name' | 'meet' | 'check', string> & { founder: Owner, joiner: Owner, hello: { dialer: string, listener: string, 1: string, 2: string }, tag: { name: string, tag: string } }
  signatures: Array<{ name: string, valid: boolean, refusedBy?: string, publicKey: string, message: string, signature: string }>
  names: { good: Array<{ name: string, stored: string }>, bad: Array<{ name: string }> }
  texts: { recovery: { text: string, secret: string, vault: string }, invite: { text: string, vault: string, secret: string, invite: string, epoch: number, check: string, meet: string, addresses: string[] }, link: { text: string, grant: string } & Record<'vault' | 'root' | 'key' | 'name' | 'size' | 'addresses', unknown>, same: string[], bad: Array<{ fault: string, kind: string, code: string, problem?: string, text: string }> }
  invite: { map: Record<string, unknown>, encoded: string }
  member: { map: Record<string, unknown>, encoded: string }
  joins: Array<{ name: string, code?: string, vault: string, invite: string, certificate: string, peer: string, now: number, uses: number, revoked?: boolean }>
  grant: { map: Record<string, unknown>, encoded: string }
  grants: Array<{ name?: string, fault?: string, code?: string, vault: string, grant: string, now: number, revoked: string[], writer: WriterStanding }>
  entries: { valid: Array<{ name: string, entry: Bytes, id: string, fields: Record<string, unknown>, private?: Record<string, unknown> }>, bad: Array<{ fault: string, code: string, entry: Bytes }>, unreadable: Array<{ fault: string, code: string, entry: Bytes }> }
  known: Array<{ name: string, vault: string, writer: string, admits: string[], void?: string[], known: boolean, counts: boolean }>
  unknown: Array<{ name: string, limits: UnknownLimits, entries: Array<{ id: string, bytes: number }>, kept: string[] }>
  settings: { bodies: Array<{ name: string, body: string, settings: Settings }>, counts: Array<{ name: string, settings: Array<{ seq: number, id: string }>, counts: number | null }> }
  histories: Array<{ name: string, entries: string[], void?: string, forgets?: Array<{ id: string, versions: string }>, applied: string, waiting: string, heads: string, newest: string | null, conflict: boolean, live: string, next: { after: string, clock: number } }>
}

const path = new URL('../../../../protocols/vault/vectors.json', import.meta.url)
const vectors = JSON.parse(readFileSync(path, 'utf8')) as Vectors
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytesOf = (value: Bytes): Uint8Array => typeof value === 'string' ? unhex(value) : new Uint8Array(Buffer.concat(value.map((part) => typeof part === 'string' ? unhex(part) : Buffer.alloc(part[1], unhex(part[0])))))

/** What is asked for must be in what there is; bytes and links compared as hex. */
function assertFields (actual: object, expected: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(expected)) assert.deepEqual(plain((actual as Record<string, unknown>)[key]), value, key)
}
function plain (value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  if ('multihash' in value && 'bytes' in value) return hex(value.bytes as Uint8Array)
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined).map(([key, field]) => [key, plain(field)]))
}

describe('vault: vectors', () => {
  const { keys } = vectors
  const vault = vaultKeys(unhex(keys.V))
  const read = readKeys(vault.read)

  it('keys', () => {
    const { id, sign, read: R, chunk, entry, name, meet } = keys
    assert.deepEqual(plain(vault), { id, sign, read: R })
    assert.deepEqual(plain(read), { chunk, entry, name, meet })
    assert.equal(hex(check(vault.read)), keys.check)
    for (const owner of [keys.founder, keys.joiner]) {
      assert.equal(hex(peerBytes(publicKeyOf(unhex(owner.node)))), owner.peer)
      assert.equal(hex(publicKeyOf(unhex(owner.writer))), owner.writerKey)
      assert.equal(hex(boxPublic(unhex(owner.boxSecret))), owner.box)
    }
    const [dialer, listener] = [unhex(keys.hello.dialer), unhex(keys.hello.listener)]
    assert.equal(hex(helloMac(read.meet, 1, dialer, listener)), keys.hello[1])
    assert.equal(hex(helloMac(read.meet, 2, dialer, listener)), keys.hello[2])
    assert.equal(hex(tagOf(read.name, keys.tag.name)), keys.tag.tag)
  })

  for (const { name, valid, refusedBy, publicKey, message, signature } of vectors.signatures) {
    it(`${valid ? 'takes' : 'refuses'} a signature: ${name}`, () => {
      assert.equal(verifyRaw(unhex(publicKey), unhex(message), unhex(signature)), valid)
      // our own check, whatever the library of this machine says besides
      assert.equal(isStrictForm(unhex(publicKey), unhex(signature)), refusedBy !== 'form')
    })
  }

  it('names', () => {
    for (const { name, stored } of vectors.names.good) assert.equal(normalName(name), stored)
    for (const { name } of vectors.names.bad) {
      assert.equal(typeof nameProblem(name), 'string', JSON.stringify(name))
      assert.throws(() => normalName(name), { name: 'ProtocolError', code: 'INVALID_DATA' })
    }
  })

  it('texts', () => {
    const { recovery, invite, link, same } = vectors.texts
    for (const text of [recovery.text, ...same]) assert.equal(hex(readRecoveryText(text)), recovery.secret)
    assert.equal(recoveryText(unhex(recovery.secret)), recovery.text)
    assert.equal(hex(vaultKeys(unhex(recovery.secret)).id), recovery.vault)
    const { invite: inner, ...rest } = readInviteText(invite.text)
    assert.equal(hex(inner.encoded), invite.invite)
    assertFields(rest, (({ vault, secret, epoch, check, meet, addresses }) => ({ vault, secret, epoch, check, meet, addresses }))(invite))
    const { grant, ...read } = readLinkText(link.text)
    assert.equal(hex(grant.encoded), link.grant)
    assertFields(read, (({ vault, root, key, name, size, addresses }) => ({ vault, root, key, name, size, addresses }))(link))
    assert.equal(createLink({ ...read, grant: grant.encoded }), link.text)
  })

  for (const { fault, kind, code, problem, text } of vectors.texts.bad) {
    it(`refuses a text: ${fault}`, () => {
      const expected = { code, ...(problem === undefined ? {} : { problem }) }
      assert.throws(() => kind === 'recovery' ? readRecoveryText(text) : kind === 'invite' ? readInviteText(text) : readLinkText(text), expected)
    })
  }

  it('an invite and a member certificate', () => {
    const invite = readInvite(unhex(vectors.invite.encoded))
    const member = readMember(unhex(vectors.member.encoded))
    const { v: _v, type: _type, ...inviteFields } = vectors.invite.map
    const { v: _v2, type: _type2, ...memberFields } = vectors.member.map
    assertFields(invite, inviteFields)
    assertFields(member, memberFields)
    assert.ok(verifyInvite(invite) && verifyMember(member))
  })

  for (const { name, code, vault: vaultId, invite, certificate, peer, ...rest } of vectors.joins) {
    it(`joining ${name}: ${code ?? 'admitted'}`, () => {
      const request = { vaultId: unhex(vaultId), invite: unhex(invite), certificate: unhex(certificate), peer: unhex(peer), ...rest }
      if (code === undefined) assert.equal(hex(checkJoin(request).member.subject), peer)
      else assert.throws(() => checkJoin(request), { name: 'ProtocolError', code })
    })
  }

  it('a grant', () => {
    const grant = readGrant(unhex(vectors.grant.encoded))
    const { v: _v, ...fields } = vectors.grant.map
    assertFields(grant, fields)
    assert.ok(verifyGrant(grant))
  })

  for (const { name, fault, code, vault: vaultId, grant, now, revoked, writer } of vectors.grants) {
    it(`a grant is shown: ${name ?? fault}: ${code ?? 'served'}`, () => {
      const request = { grant: unhex(grant), vaultId: unhex(vaultId), now, standing: () => writer, revoked: (link: Uint8Array) => revoked.includes(hex(link)) }
      if (code === undefined) assert.equal(hex(checkGrant(request).encoded), grant)
      else assert.throws(() => checkGrant(request), { name: 'ProtocolError', code })
    })
  }

  for (const { name, entry: encoded, id, fields, private: hidden } of vectors.entries.valid) {
    it(`reads an entry: ${name}`, () => {
      const entry = readEntry(bytesOf(encoded))
      assert.equal(hex(entry.id), id)
      const { admit, ...others } = fields
      assertFields(entry, others)
      assert.equal(entry.kind === 'admit', admit !== undefined)
      if (entry.kind === 'admit') assertFields(verifyAdmit(entry, vault.id).member, admit as Record<string, unknown>)
      assert.equal('tag' in entry, hidden !== undefined)
      if ('tag' in entry) assert.deepEqual(plain(openEntry(entry, read)), hidden)
    })
  }

  for (const { fault, code, entry } of vectors.entries.bad) {
    it(`refuses an entry: ${fault}`, () => {
      assert.throws(() => readEntry(bytesOf(entry)), { name: 'ProtocolError', code })
    })
  }

  for (const { fault, code, entry: encoded } of vectors.entries.unreadable) {
    it(`takes, but cannot open, an entry: ${fault}`, () => {
      const entry = readEntry(bytesOf(encoded))
      assert.ok('tag' in entry)
      assert.throws(() => openEntry(entry, read), { name: 'ProtocolError', code })
    })
  }

  for (const { name, vault: vaultId, writer, admits, void: voids = [], known, counts } of vectors.known) {
    it(`who is known: ${name}`, () => {
      const all = admits.map((bytes) => verifyAdmit(readEntry(unhex(bytes)), unhex(vaultId)))
      const admitsOf = (key: Uint8Array): AdmitFacts[] => all.filter(({ member }) => member.writer !== undefined && hex(member.writer) === hex(key))
      assert.equal(isKnown(unhex(writer), unhex(vaultId), admitsOf), known)
      assert.equal(isKnown(unhex(writer), unhex(vaultId), admitsOf, { isVoid: (id) => voids.includes(hex(id)) }), counts)
    })
  }

  for (const { name, body, settings } of vectors.settings.bodies) {
    it(`settings: ${name}`, () => {
      assert.deepEqual(readSettings(decode(unhex(body), { maxBytes: 8192 }) as Record<string, unknown>), settings)
    })
  }

  for (const { name, limits, entries, kept } of vectors.unknown) {
    it(`entries that are not known: ${name}`, () => {
      assert.deepEqual(keptUnknown(entries.map(({ id, bytes }) => ({ id: unhex(id), bytes })), limits).map(({ id }) => Buffer.from(id).toString('hex')), kept)
    })
  }

  for (const { name, settings, counts } of vectors.settings.counts) {
    it(`settings that count: ${name}`, () => {
      const all = settings.map(({ seq, id }) => ({ seq, id: unhex(id) }))
      for (const list of [all, all.toReversed()]) assert.equal(newestSetting(list), counts === null ? undefined : all[counts])
    })
  }

  for (const { name, entries: lines, void: voids = '', forgets = [], ...expected } of vectors.histories) {
    it(`history: ${name}`, () => {
      const idOf = (letter: string): Uint8Array => new Uint8Array(32).fill(letter.charCodeAt(0))
      const letters = (of: Iterable<{ id: Uint8Array }>): string => [...of].map(({ id }) => String.fromCharCode(id[0]!)).join('')
      const entries = lines.map((line): HistoryEntry => {
        const [kind, id, clock, after = ''] = line.split(' ')
        return { kind: kind === 'p' ? 'put' : kind === 'r' ? 'restore' : 'delete', id: idOf(id!), clock: Number(clock), after: [...after].map(idOf) }
      })
      const options = { isVoid: (id: Uint8Array) => voids.includes(String.fromCharCode(id[0]!)) }
      for (const order of [entries, entries.toReversed()]) {
        const history = applyHistory(order, options)
        const next = nextAfter(history)
        assert.deepEqual({
          applied: letters(history.applied), waiting: letters(history.waiting), heads: letters(history.heads),
          newest: history.newest === undefined ? null : letters([history.newest]), conflict: history.conflict,
          live: letters(liveVersions(history, forgets.map(({ id, versions }) => ({ id: idOf(id), versions: [...versions].map(idOf) })), options)),
          next: { after: letters(next.after.map((id) => ({ id }))), clock: next.clock }
        }, expected)
      }
    })
  }
})
