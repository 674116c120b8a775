/**
 * The side that dialled: a member, somebody with an invite, or a visitor with a grant. Spec:
 * README.md.
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

/** Who talks to whom. */
export interface Ends extends AbortOptions {
  /** This node: the 38 bytes of its PeerId. */
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
   * Admit entries as signed: this node's own first, then those of the writers that lead to the
   * vault key. What is beyond MAX_ADMITS_BYTES stays away.
   */
  admits: Uint8Array[]
  /**
   * Is `peer` (38 bytes) the subject of the first admit, do the others lead to the vault key, is
   * nothing revoked? What it returns is what the hello resolves to; it throws a ProtocolError to
   * refuse. `verifyAdmits` does the part that needs no index.
   */
  verify: (admits: Uint8Array[], peer: Uint8Array) => F | Promise<F>
}

export interface JoinOptions extends Ends {
  /** What the invite text says. */
  invite: InviteText
  /** This node's certificate, signed with the invite's key (joinCertificate of protocols/vault). */
  certificate: Uint8Array
  /** What joining adds to the time from `join` on. @default JOIN_MS */
  joinMs?: number
}

/**
 * Greets the other member. Resolves to what `verify` made of its admits, once both sides have
 * accepted each other. Rejects with a ProtocolError: the other side's refusal, REFUSED when it does
 * not know the vault, what `verify` threw, TIMEOUT, CLOSED.
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
 * Asks to be admitted. Resolves to what the role holds, checked against the invite, and to who the
 * witness is; both are members for each other then. Rejects like dialHello, with EXPIRED, USED_UP,
 * REVOKED, WRONG_VAULT, and with NotAWitnessError, which says who can admit.
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
  /** As signed. */
  grant: Uint8Array
  /** The whole conversation. @default HELLO_MS */
  helloMs?: number
}

/**
 * Shows a grant. Resolves once the member serves it. Rejects with the ProtocolError of either side:
 * WRONG_VAULT, UNKNOWN_WRITER, REVOKED, EXPIRED, INVALID_DATA, LIMIT, TIMEOUT, CLOSED.
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
