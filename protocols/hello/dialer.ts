/**
 * This file is the side that dialled: a member, a joiner with an invite, or a visitor with a grant.
 * Spec: protocols/hello/README.md.
 */
import type { AbortOptions, Stream } from '@libp2p/interface'
import { equal } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { helloMac } from '../vault/keys.js'
import type { InviteText } from '../vault/invite.js'
import { fitting } from './admits.js'
import { JOIN_MS } from './constants.js'
import { converse } from './conversation.js'
import type { Conversation } from './conversation.js'
import { readWelcome } from './joining.js'
import type { Joined } from './joining.js'

/** The two peers of a hello and how their connection is encrypted. */
export interface Ends extends AbortOptions {
  /** The 38 bytes of this node's PeerId. */
  local: Uint8Array
  /** The peer that the encryption of the connection proved: 38 bytes. */
  remote: Uint8Array
  /** `connection.encryption` of libp2p. REFUSED where there is none. */
  encryption: string | undefined
  /** The whole conversation. @default HELLO_MS */
  helloMs?: number
}

export interface HelloOptions<F> extends Ends {
  /** KDF(R, "meet") of the vault's newest epoch. */
  meet: Uint8Array
  /**
   * This node's admits as signed: its own first, then those of the writers that lead to the vault
   * key. Admits beyond MAX_ADMITS_BYTES are not sent.
   */
  admits: Uint8Array[]
  /**
   * Checks that `peer` (38 bytes) is the subject of the first admit, that the other admits lead to
   * the vault key, and that nothing is revoked. The hello resolves to the result of this function,
   * which throws a ProtocolError to refuse. `verifyAdmits` does the part that needs no index.
   */
  verify: (admits: Uint8Array[], peer: Uint8Array) => F | Promise<F>
}

export interface JoinOptions extends Ends {
  /** The parsed text of the invite. */
  invite: InviteText
  /**
   * This node's certificate, signed with the key of the invite (`joinCertificate` of
   * protocols/vault).
   */
  certificate: Uint8Array
  /**
   * The join may take this much longer from `join` on, in milliseconds.
   * @default JOIN_MS
   */
  joinMs?: number
}

/**
 * Runs the hello with another member. Resolves to the result of `verify` once both sides have
 * accepted each other.
 *
 * @throws ProtocolError: the refusal of the other side, REFUSED when the other side does not know
 *   the vault, the error of `verify`, TIMEOUT, CLOSED
 */
export async function dialHello <F> (stream: Stream, options: HelloOptions<F>): Promise<F> {
  const { remote, admits: own, verify } = options
  return converse(stream, options, async (conversation) => {
    await meetAt(conversation, options)
    await conversation.say({ admits: { admits: fitting(own) } })
    const { message: { admits } } = await conversation.hear('admits')
    const facts = await verify(admits, remote)
    await conversation.say({ greeted: {} })
    return facts
  })
}

/**
 * Asks the other side for admission to the vault. Resolves to the keys of the role, checked against
 * the invite, and to the facts of the witness; from then on the two are members for each other.
 *
 * @throws the errors of `dialHello`, EXPIRED, USED_UP, REVOKED, WRONG_VAULT, and NotAWitnessError
 *   with the members that can admit
 */
export async function dialJoin (stream: Stream, options: JoinOptions): Promise<Joined> {
  const { local, remote, invite, certificate, joinMs = JOIN_MS } = options
  return converse(stream, { ...options, welcome: true }, async (conversation) => {
    await meetAt(conversation, { ...options, meet: invite.meet })
    conversation.allow(joinMs)
    await conversation.say({ join: { invite: invite.invite.encoded, certificate } })
    const { message } = await conversation.hear('welcome')
    const joined = readWelcome(message, { invite, certificate, local, remote })
    await conversation.say({ greeted: {} })
    return joined
  })
}

export interface GrantOptions extends AbortOptions {
  /** `connection.encryption` of libp2p. REFUSED where there is none. */
  encryption: string | undefined
  vault: Uint8Array
  /** The grant as signed. */
  grant: Uint8Array
  /** The whole conversation. @default HELLO_MS */
  helloMs?: number
}

/**
 * Shows a grant. Resolves once the member serves the visitor.
 *
 * @throws ProtocolError of either side: WRONG_VAULT, UNKNOWN_WRITER, REVOKED, EXPIRED,
 *   INVALID_DATA, LIMIT, TIMEOUT, CLOSED
 */
export async function dialGrant (stream: Stream, options: GrantOptions): Promise<void> {
  const { vault, grant } = options
  await converse(stream, options, async (conversation) => {
    await conversation.say({ grant: { vault, grant } })
    await conversation.hear('greeted')
  })
}

async function meetAt (conversation: Conversation, { local, remote, meet }: Ends & { meet: Uint8Array }): Promise<void> {
  await conversation.say({ greet: { mac: helloMac(meet, 1, local, remote) } })
  const { message: { mac } } = await conversation.hear('greet')
  if (!equal(mac, helloMac(meet, 2, local, remote))) throw new ProtocolError('REFUSED', 'No member of this vault')
}
