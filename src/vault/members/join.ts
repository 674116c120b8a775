import { multiaddr, type Multiaddr } from '@multiformats/multiaddr'
import type { AbortOptions, ComponentLogger, Libp2p } from '@libp2p/interface'
import { ProtocolError } from '../../../protocols/errors.js'
import { HELLO_PROTOCOL } from '../../../protocols/hello/constants.js'
import { dialJoin } from '../../../protocols/hello/dialer.js'
import type { Joined } from '../../../protocols/hello/joining.js'
import { NotAWitnessError } from '../../../protocols/hello/refusal.js'
import { readInviteText, type InviteText } from '../../../protocols/vault/invite.js'
import { TextError } from '../../../protocols/vault/text.js'
import {
  type DfsError, InvalidInviteError, InviteExpiredError, InviteRevokedError, InviteUsedError, JoinRefusedError, NoMemberReachableError, NoWitnessError,
  WrongVaultError
} from '../../errors.js'
import { linesOf, localTime, parsed, where, why, withPeer, type Tried } from '../../network/dial-report.js'
import { whyFailed } from '../../log.js'
import type { Joiner } from './create-vault.js'
import { peerText } from './members.js'

/** An address may swallow packets; the next one is tried after this. */
const DIAL_MS = 10_000
/** At most this many addresses are asked, those that members name included. */
const MAX_ASKED = 16

/**
 * Parses an invite.
 * @throws InvalidInviteError, which tells a mistyped invite from another text
 */
export function parseInvite (text: string): InviteText {
  try {
    return readInviteText(text)
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    const problem = cause instanceof TextError ? cause.problem : 'altered'
    const says = {
      prefix: 'This is no invite: an invite begins with dfs-invite1',
      characters: 'The invite holds a character that does not belong there. Copy it again, all of it',
      checksum: 'The invite is incomplete or was mistyped: its checksum does not fit. Copy it again, all of it',
      form: 'The invite does not say what it should. Ask for a new one',
      altered: 'The invite was altered: its signature does not fit. Ask for it again, over another way'
    }[problem]
    throw new InvalidInviteError(says, { cause })
  }
}

export interface JoinComponents { host: Libp2p, logger: ComponentLogger }

/**
 * Asks the members at the invite's addresses, and further members that these name, until one admits
 * this node.
 * @throws one error class for each cause; nothing was changed then
 */
export async function joinVault ({ host, logger }: JoinComponents, self: Uint8Array, invite: InviteText, joiner: Joiner, options: AbortOptions & { more?: string[] } = {}): Promise<Joined & { from: string[] }> {
  const log = logger.forComponent('dfs:vault')
  const open = [...invite.addresses.flatMap((bytes) => parsed(() => multiaddr(bytes))), ...(options.more ?? []).flatMap((text) => parsed(() => multiaddr(text)))]
  const tried = new Set<string>()
  const lines: Tried[] = []
  let answered = 0
  let refused: DfsError | undefined
  for (let next = open.shift(); next !== undefined && tried.size < MAX_ASKED; next = open.shift()) {
    const text = next.toString()
    if (tried.has(text)) continue
    tried.add(text)
    log('joining: asking %s', text)
    try {
      const joined = await ask(host, self, invite, joiner, next, options.signal)
      log('joined through %s with role %s', text, invite.invite.role)
      return { ...joined, from: [text] }
    } catch (error) {
      options.signal?.throwIfAborted()
      log('not admitted at %s: %s', text, whyFailed(error))
      if (error instanceof NotAWitnessError) {
        answered++
        for (const { peer, addresses } of error.writers) open.push(...addresses.flatMap((bytes) => parsed(() => withPeer(multiaddr(bytes), peerText(peer)))))
        lines.push([where(next), 'answered, but may not admit'])
        continue
      }
      const final = error instanceof ProtocolError ? finalError(error) : undefined
      if (final !== undefined) throw final
      refused ??= error instanceof ProtocolError ? ownError(error) : undefined
      lines.push([where(next), why(error)])
    }
  }
  if (refused !== undefined) throw refused
  throw nobody(lines, answered, new Date(invite.invite.joinBy))
}

function nobody (lines: Tried[], answered: number, joinBy: Date): DfsError {
  const list = linesOf(lines)
  if (answered > 0) {
    return new NoWitnessError(`Could not join: no owner or write member answered, and only these admit.\n${list}Nothing was changed; the invite stays good. Start one of those machines and try again`)
  }
  const none = lines.length === 1 ? 'the address in the invite did not answer' : `none of the ${lines.length} addresses in the invite answered`
  return new NoMemberReachableError(`Could not join: ${none}.\n${list}Nothing was changed; the invite stays good until ${localTime(joinBy)}. Is \`dfs start\` running there?`)
}

async function ask (host: Libp2p, self: Uint8Array, invite: InviteText, joiner: Joiner, address: Multiaddr, signal?: AbortSignal): Promise<Joined> {
  const limit = AbortSignal.any([AbortSignal.timeout(DIAL_MS), ...(signal === undefined ? [] : [signal])])
  const connection = await host.dial(address, { signal: limit })
  try {
    const stream = await connection.newStream(HELLO_PROTOCOL, { signal: limit })
    return await dialJoin(stream, {
      local: self,
      remote: connection.remotePeer.toMultihash().bytes,
      encryption: connection.encryption,
      invite,
      certificate: joiner.certificate,
      ...(signal === undefined ? {} : { signal })
    })
  } finally {
    await connection.close().catch((error: unknown) => { connection.abort(error instanceof Error ? error : new Error(String(error))) })
  }
}

/** Returns the error of a refusal that no other member would lift, else undefined. */
function finalError (error: ProtocolError): DfsError | undefined {
  const init = { cause: error }
  switch (error.code) {
    case 'EXPIRED': return new InviteExpiredError('The invite has expired. Ask an owner for a new one, and check the clock of this machine', init)
    case 'USED_UP': return new InviteUsedError('The invite was used as often as it may be. Ask an owner for a new one', init)
    case 'REVOKED': return new InviteRevokedError('The invite was taken back. Ask an owner', init)
    case 'WRONG_VAULT': return new WrongVaultError('The invite is for another vault than the member that answered is in', init)
    default: return undefined
  }
}

/**
 * Returns the error of a refusal that concerns one member only, else undefined: another member may
 * admit.
 */
function ownError (error: ProtocolError): DfsError | undefined {
  const init = { cause: error }
  switch (error.code) {
    case 'REFUSED': return new JoinRefusedError('The node that answered is no member of the invite\'s vault, or keeps this machine out for a minute after a failed attempt', init)
    case 'INVALID_DATA': return new InvalidInviteError('The invite was altered, or the member that answered is not honest: what was exchanged does not fit. Ask for it again', init)
    default: return undefined
  }
}
