/**
 * A recovery code alone opens its vault: its holder owns the vault, and needs one member that still
 * has the index.
 */
import type { AbortOptions } from '@libp2p/interface'
import { ProtocolError } from '../../../protocols/errors.js'
import { readRecoveryText, TextError } from '../../../protocols/vault/text.js'
import { InvalidRecoveryCodeError, NoMemberReachableError, WrongVaultError } from '../../errors.js'
import type { RecoveryProgress } from '../../api/node.js'
import type { Peers, Session } from '../../network/peers.js'
import { linesOf, where, why, type Tried } from '../../network/dial-report.js'
import type { SyncService } from '../sync/sync-service.js'

/** An address may swallow packets; the next one is tried after this. */
const DIAL_MS = 10_000

/**
 * Returns the vault secret of a recovery code.
 * @throws InvalidRecoveryCodeError, which tells a mistyped code from another text and repeats
 * nothing of it
 */
export function parseRecoveryCode (text: string): Uint8Array {
  try {
    return readRecoveryText(text)
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    const problem = cause instanceof TextError ? cause.problem : 'form'
    const says = {
      prefix: 'This is no recovery code: one begins with dfs-recovery1',
      characters: 'The recovery code holds a character that does not belong there: it has the letters a to z and the digits 2 to 7',
      checksum: 'The recovery code is incomplete or was mistyped: its checksum does not fit',
      form: 'The recovery code does not say what it should: it may be of a newer dfs'
    }[problem]
    throw new InvalidRecoveryCodeError(says, { cause })
  }
}

export interface Recovery {
  peers: Pick<Peers, 'connect' | 'sessions'>
  sync: Pick<SyncService, 'ask' | 'behind'>
  /**
   * Yields addresses of possible members, each with or without a PeerId. A search for members may
   * yield without end.
   */
  addresses: (signal: AbortSignal) => AsyncIterable<string>
  /**
   * Called when a member has accepted this node: from now on the folder belongs to the vault.
   * Idempotent.
   */
  accepted: () => Promise<void>
  onProgress?: ((event: RecoveryProgress) => void) | undefined
  /** Milliseconds for one address. @default DIAL_MS */
  dialMs?: number
}

/**
 * Asks one address after the other until a member accepts this node and both have compared their
 * entries to the end.
 * @throws NoMemberReachableError when no member does; WrongVaultError when every node that answered
 * is in another vault
 */
export async function recoverIndex (recovery: Recovery, options: AbortOptions = {}): Promise<void> {
  const { peers, sync, addresses, accepted, onProgress, dialMs = DIAL_MS } = recovery
  const { signal } = options
  const tried: Tried[] = []
  const met = new Set<string>()
  let refused = 0
  const failed = (address: string, error: unknown): void => {
    signal?.throwIfAborted()
    if (error instanceof ProtocolError && error.code === 'REFUSED') refused++
    tried.push([where(address), why(error)])
    onProgress?.({ type: 'vault:recover:failed', address, reason: why(error) })
  }
  /** Resolves with true when the index is complete. */
  const complete = async ({ peer, label, address }: Session): Promise<boolean> => {
    met.add(peer)
    onProgress?.({ type: 'vault:recover:member', peer, label })
    try {
      await compare(sync, peer, options)
      return true
    } catch (error) {
      failed(address, error)
      return false
    }
  }
  for await (const address of addresses(signal ?? new AbortController().signal)) {
    signal?.throwIfAborted()
    onProgress?.({ type: 'vault:recover:ask', address })
    let session: Session
    try {
      session = await peers.connect([address], { signal: AbortSignal.any([AbortSignal.timeout(dialMs), ...(signal === undefined ? [] : [signal])]) })
    } catch (error) {
      failed(address, error)
      continue
    }
    await accepted()
    if (await complete(session)) return
  }
  signal?.throwIfAborted()
  // other members may have connected meanwhile
  for (const session of peers.sessions()) if (!met.has(session.peer) && await complete(session)) return
  throw nobody(tried, met.size > 0, refused)
}

/**
 * Compares until no known entry is missing. A round that brings nothing more ends the comparison
 * with an error.
 */
async function compare (sync: Recovery['sync'], peer: string, options: AbortOptions): Promise<void> {
  for (let before = Infinity; ;) {
    await sync.ask(peer, options)
    const behind = sync.behind(peer) ?? 0
    if (behind === 0) return
    if (behind >= before) throw new ProtocolError('UNKNOWN_WRITER', `has ${behind} entries that nobody here can check: their writers are not known`)
    before = behind
  }
}

function nobody (tried: Tried[], met: boolean, refused: number): Error {
  const lines = linesOf(tried)
  if (met) return new NoMemberReachableError(`The vault is open here, but its index is not complete yet: no member stayed long enough.\n${lines}What came is kept, and \`dfs start\` brings the rest`)
  if (tried.length === 0) return new NoMemberReachableError('Could not recover: no address of a member is known, and none was found. Give one of a member that runs: --bootstrap ADDRESS')
  if (refused === tried.length) {
    const nodes = tried.length === 1 ? 'The node that answered is' : 'The nodes that answered are'
    return new WrongVaultError(`Could not recover: the code is whole, but another vault's. ${nodes} in a vault that it does not open.\n${lines}Look for the code of that vault, or give the address of a member of this one`)
  }
  const none = tried.length === 1 ? 'the address did not answer' : `none of the ${tried.length} addresses answered`
  return new NoMemberReachableError(`Could not recover: ${none}.\n${lines}Nothing was changed. Is \`dfs start\` running there?`)
}
