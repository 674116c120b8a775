import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { decode, encode } from '../../../protocols/block/cbor.js'
import { label, mac, sha256 } from '../../../protocols/block/hash.js'
import { publicKeyOf, sign, signedBytes } from '../../../protocols/vault/ed25519.js'
import { entryId, readEntry } from '../../../protocols/vault/entry.js'
import { dhtKey } from '../../../protocols/vault/keys.js'
import * as limits from '../../../protocols/vault/limits.js'
import { makePut } from '../../../protocols/vault/make-entry.js'
import { INVITE_PREFIX, LINK_PREFIX, RECOVERY_PREFIX, recoveryText } from '../../../protocols/vault/text.js'
import { grant, linkId, linkText } from '../../vectors/vault-links.js'
import { goodRecord } from '../../vectors/vault-records.js'
import { settingBody } from '../../vectors/vault-settings.js'
import { content, fixed, founder, hex, invite, inviteText, joiner, joinerCertificate, keys, meeting, name, padded, place, privateMap, second, V, vault } from '../../vectors/vault-fixtures.js'

const readme = readFileSync(new URL('../../../../protocols/vault/README.md', import.meta.url), 'utf8')

/** What the worked examples of the README must say, by the words at the head of their lines. */
function worked (): Record<string, string> {
  const put = readEntry(makePut({ ...second, ...place, ...content }).bytes)
  const p = padded(privateMap)
  const [bodyOfInvite] = decode(invite.invite.encoded, { maxBytes: 1024 }) as Uint8Array[]
  const [bodyOfMember] = decode(joinerCertificate, { maxBytes: 1024 }) as Uint8Array[]
  const [bodyOfGrant] = decode(grant, { maxBytes: 1024 }) as Uint8Array[]
  const [bodyOfRecord] = decode(goodRecord, { maxBytes: 1024 }) as Uint8Array[]
  const s = put.sealed.subarray(0, 32)
  const recovery = encode({ v: 1, secret: V })
  const zero = new Uint8Array(32)
  return {
    'V': hex(V), 'sign seed': hex(vault.sign), 'vault id': hex(vault.id), 'R': hex(vault.read), 'chunk': hex(keys.chunk), 'entry': hex(keys.entry),
    'name': hex(keys.name), 'meet': hex(keys.meet), 'dht': hex(dhtKey(keys.meet)), 'check': hex(meeting.check), 'tag of photos/cat.jpg': hex(mac(keys.name, label('tag'), new TextEncoder().encode(name))),
    'seed': hex(zero), 'public key': hex(publicKeyOf(zero)), 'signed bytes': hex(signedBytes('entry', new TextEncoder().encode('abc'))), 'signature': hex(sign(zero, 'entry', new TextEncoder().encode('abc'))),
    'invite secret': hex(fixed('invite')), 'bytes of X (invite)': hex(bodyOfInvite!), 'H(X) (invite)': hex(sha256(bodyOfInvite!)), 'invite': hex(invite.invite.encoded),
    'node seed': hex(joiner.node), 'subject': hex(joiner.peer), 'writer seed': hex(joiner.writer), 'box': hex(joiner.box), 'bytes of X (member)': hex(bodyOfMember!), 'H(X) (member)': hex(sha256(bodyOfMember!)), 'member': hex(joinerCertificate),
    'bytes of X (record)': hex(bodyOfRecord!), 'H(X) (record)': hex(sha256(bodyOfRecord!)), 'record': hex(goodRecord),
    'link': hex(linkId), 'bytes of X (grant)': hex(bodyOfGrant!), 'H(X) (grant)': hex(sha256(bodyOfGrant!)), 'grant': hex(grant),
    'writer seed (founder)': hex(founder.writer), 'public': hex(put.publicBytes), 'H(public)': hex(sha256(put.publicBytes)), 'p': hex(p), 'H(p)': hex(sha256(p)), 's': hex(s),
    'key of the seal': hex(mac(keys.entry, label('entry-key'), s)), 'sealed': hex(put.sealed), 'H(sealed)': hex(sha256(put.sealed)), 'sig': hex(put.encoded.subarray(-64)), 'id': hex(entryId(put.publicBytes, put.sealed)),
    'body': hex(encode(settingBody)), 'DAG-CBOR': hex(recovery), 'checksum': hex(sha256(label('text'), new TextEncoder().encode(`${RECOVERY_PREFIX}\0`), recovery).subarray(0, 4))
  }
}

describe('vault: README', () => {
  it('has the numbers of the code', () => {
    const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(([, key, value]): [string, number] => [key!, Number(value)])
    assert.deepEqual(Object.fromEntries(rows.sort()), Object.fromEntries(Object.entries(limits).sort()))
  })

  it('has worked hex that is true, and all of it', () => {
    const blocks = [...readme.matchAll(/^```hex\n([\s\S]*?)^```/gm)].map(([, block]) => block!).join('')
    const lines = [...blocks.matchAll(/^(\S(?:.*?\S)?) {2,}([0-9a-f]+(?:\n {2,}[0-9a-f]+)*)$/gm)].map(([, key, value]): [string, string] => [key!, value!.replace(/\s+/g, '')])
    assert.deepEqual(Object.fromEntries(lines), worked())
  })

  it('has texts that are true', () => {
    const text = readme.replace(/\s+/g, '')
    assert.ok(text.includes(recoveryText(V)))
    assert.ok(text.includes(inviteText))
    assert.ok(text.includes(linkText))
    for (const prefix of [RECOVERY_PREFIX, INVITE_PREFIX, LINK_PREFIX]) assert.ok(readme.includes(`\`${prefix}\``))
  })

  it('has the headings in the order of all protocols', () => {
    const headings = [...readme.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)
    assert.deepEqual(headings, ['Id and version', 'Purpose and non-goals', 'Roles', 'Conversation', 'Messages', 'Limits', 'Errors', 'Security', 'Changes'])
  })
})

export { worked }
