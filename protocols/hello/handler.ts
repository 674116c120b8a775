/**
 * This file is the side that was dialled: a member, which may also be a witness of joiners and
 * serve visitors. Spec: protocols/hello/README.md.
 */
import type { Stream } from '@libp2p/interface'
import { equal } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { helloMac } from '../vault/keys.js'
import { fitting } from './admits.js'
import { JOIN_MS } from './constants.js'
import { converse } from './conversation.js'
import type { Conversation } from './conversation.js'
import type { HelloOptions } from './dialer.js'
import type { Grant } from './messages.js'
import type { Keys } from './joining.js'
import { NotAWitnessError } from './refusal.js'
import type { Writer } from './refusal.js'

export interface JoinRequest {
  /** The invite as signed. Neither the invite nor the certificate was verified yet. */
  invite: Uint8Array
  certificate: Uint8Array
  /** The peer of the connection: 38 bytes. The certificate must name this peer. */
  peer: Uint8Array
}

export interface HandleOptions<F> extends HelloOptions<F> {
  /**
   * Only a witness has this function. It verifies the request (`checkJoin` of protocols/vault),
   * commits the admit durably, and returns the keys of the role. For a certificate that was
   * admitted before, it returns the same admit and counts no use. A ProtocolError refuses the
   * joiner with its code.
   * @default the joiner is refused with NOT_A_WITNESS
   */
  admit?: (join: JoinRequest) => Promise<Keys & { admits: Uint8Array[] }>
  /** Returns the members that can admit, reachable members first; at most MAX_WRITERS are sent. */
  writers?: () => Writer[] | Promise<Writer[]>
  /**
   * Decides whether a visitor with this grant is served, and for what (`checkVisit` of
   * visiting.ts). A ProtocolError refuses the visitor with its code.
   * @default the visitor is refused with UNSUPPORTED
   */
  visit?: (shown: Grant) => F | Promise<F>
  /**
   * The join may take this much longer from `join` on, in milliseconds.
   * @default JOIN_MS
   */
  joinMs?: number
}

/**
 * Runs the hello with the peer that opened the stream. For a member or joiner it resolves to the
 * result of `verify` once the peer has accepted this node's admits (a joiner is a member by then);
 * for a visitor it resolves to the result of `visit`.
 *
 * @throws ProtocolError of either side
 */
export async function handleHello <F> (stream: Stream, options: HandleOptions<F>): Promise<F> {
  const { local, remote, meet } = options
  return converse(stream, options, async (conversation) => {
    const first = await conversation.hear('greet', 'grant')
    if (first.kind === 'grant') return serve(conversation, first.message, options)
    const { mac } = first.message
    // a stranger is refused here, after one HMAC and before any signature is checked
    if (!equal(mac, helloMac(meet, 1, remote, local))) throw new ProtocolError('REFUSED', 'No member of this vault')
    await conversation.say({ greet: { mac: helloMac(meet, 2, remote, local) } })
    const { kind, message } = await conversation.hear('admits', 'join')
    const facts = kind === 'admits' ? await greet(conversation, message.admits, options) : await welcome(conversation, message, options)
    await conversation.hear('greeted')
    return facts
  })
}

async function serve <F> (conversation: Conversation, shown: Grant, { visit }: HandleOptions<F>): Promise<F> {
  if (visit === undefined) throw new ProtocolError('UNSUPPORTED', 'No visitors are served here')
  const facts = await visit(shown)
  await conversation.say({ greeted: {} })
  return facts
}

async function greet <F> (conversation: Conversation, admits: Uint8Array[], { remote, verify, admits: own }: HandleOptions<F>): Promise<F> {
  const facts = await verify(admits, remote)
  await conversation.say({ admits: { admits: fitting(own) } })
  return facts
}

async function welcome <F> (conversation: Conversation, { invite, certificate }: { invite: Uint8Array, certificate: Uint8Array }, options: HandleOptions<F>): Promise<F> {
  const { remote, verify, admits: own, admit, writers, joinMs = JOIN_MS } = options
  conversation.allow(joinMs)
  let answer
  try {
    if (admit === undefined) throw new ProtocolError('NOT_A_WITNESS', 'This member cannot admit')
    answer = await admit({ invite, certificate, peer: remote })
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== 'NOT_A_WITNESS' || error instanceof NotAWitnessError) throw error
    throw new NotAWitnessError(await writers?.() ?? [])
  }
  const { meet, epoch, reads, vaultSecret, admits } = answer
  // the admit must be of the peer at the other end, checked before any secret is sent
  const facts = await verify(admits, remote)
  await conversation.say({ welcome: { meet, epoch, reads, ...(vaultSecret === undefined ? {} : { vaultSecret }), admits: fitting(admits), witness: fitting(own) } })
  return facts
}
