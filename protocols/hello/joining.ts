/** A joiner checks a welcome by these rules. Spec: protocols/hello/README.md, "Joining". */
import { equal, kdf } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { check, vaultKeys } from '../vault/keys.js'
import { mayWrite } from '../vault/signed.js'
import type { InviteText } from '../vault/invite.js'
import { verifyAdmits } from './admits.js'
import type { MemberFacts } from './admits.js'
import type { Welcome } from './messages.js'

/** A role holds these keys of a vault. Each secret is 32 bytes. */
export interface Keys {
  /** The meet key of epoch `epoch`, which is the newest. */
  meet: Uint8Array
  epoch: number
  /** The read secrets R of epochs 0 to `epoch`; empty for role store. */
  reads: Uint8Array[]
  /** The vault secret V; only role owner has it. */
  vaultSecret?: Uint8Array
}

export interface Joined extends Keys {
  /**
   * The joiner's own chain of admits as signed. The joiner shows it in later hellos; it is also the
   * joiner's first entries.
   */
  admits: Uint8Array[]
  own: MemberFacts
  witness: MemberFacts
}

export interface Expected {
  invite: InviteText
  /** The certificate that this node sent. */
  certificate: Uint8Array
  local: Uint8Array
  remote: Uint8Array
}

/**
 * Checks a welcome against the invite and the certificate.
 *
 * @throws ProtocolError INVALID_DATA for a welcome that an honest witness does not send, and the
 *   errors of `verifyAdmits`
 */
export function readWelcome (welcome: Welcome, { invite, certificate, local, remote }: Expected): Joined {
  const { vault, invite: { role } } = invite
  const keys = readKeys(welcome, invite)
  const own = verifyAdmits({ admits: welcome.admits, peer: local, vault })
  const [admit] = own.chain
  if (admit === undefined || !equal(admit.member.encoded, certificate)) throw invalid('another certificate was admitted than was sent')
  if (own.role !== role) throw invalid('another role was admitted than the invite gives')
  const witness = verifyAdmits({ admits: welcome.witness, peer: remote, vault })
  if (!mayWrite(witness.role)) throw invalid('the witness may not admit')
  return { ...keys, admits: welcome.admits.map((bytes) => bytes.slice()), own, witness }
}

function readKeys ({ meet, epoch, reads, vaultSecret }: Welcome, { vault, epoch: from, check: expected, meet: met, invite: { role } }: InviteText): Keys {
  if (epoch < from) throw invalid('an epoch before that of the invite')
  if (epoch === from && !equal(meet, met)) throw invalid('another meet than the invite has')
  if (reads.length !== (role === 'store' ? 0 : epoch + 1)) throw invalid('not the read secrets that the role holds')
  if ((vaultSecret !== undefined) !== (role === 'owner')) throw invalid('the vault secret belongs to owners, and only to them')
  if (role !== 'store') {
    const [promised, newest] = [reads[from], reads[epoch]]
    if (promised === undefined || !equal(check(promised), expected)) throw invalid('a read secret that the invite does not promise')
    if (newest === undefined || !equal(kdf(newest, 'meet'), meet)) throw invalid('a meet that is not of the newest read secret')
  }
  if (vaultSecret !== undefined) {
    const { id, read } = vaultKeys(vaultSecret)
    const [first] = reads
    if (!equal(id, vault) || first === undefined || !equal(read, first)) throw invalid('a vault secret that is not of this vault')
  }
  return { meet: meet.slice(), epoch, reads: reads.map((read) => read.slice()), ...(vaultSecret === undefined ? {} : { vaultSecret: vaultSecret.slice() }) }
}

function invalid (what: string): ProtocolError {
  return new ProtocolError('INVALID_DATA', `The welcome was not taken: ${what}`)
}
