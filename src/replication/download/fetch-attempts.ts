import type { CID } from 'multiformats/cid'
import { ProtocolError } from '../../../protocols/errors.js'
import { BlocksUnavailableError } from '../../errors.js'

/** How often a member that was lost while it had a block to send is asked for that block again. */
const RETURNS = 2

/** Who was asked for one block, and what came of it. */
export class FetchAttempts {
  private readonly answers = new Map<string, 'missing' | 'failed' | 'lost'>()
  private readonly returns = new Map<string, number>()
  private lastError: unknown

  get nobody (): boolean {
    return this.answers.size === 0
  }

  has (peer: string): boolean {
    return this.answers.has(peer)
  }

  /** `error`: its answer. `lost`: it is not connected any more. True when it answered that it has not the block. */
  note (peer: string, error: unknown, lost: boolean): boolean {
    this.lastError = error
    const missing = error instanceof ProtocolError && error.code === 'INCOMPLETE'
    this.answers.set(peer, missing ? 'missing' : lost ? 'lost' : 'failed')
    return missing
  }

  /** One that was lost in mid-transfer may be back. */
  get mayComeBack (): boolean {
    return [...this.answers].some(([peer, answer]) => answer === 'lost' && this.mayReturn(peer))
  }

  /** `peer` connected. True when it may be asked. */
  connected (peer: string): boolean {
    if (this.answers.get(peer) === 'lost' && this.mayReturn(peer)) {
      this.returns.set(peer, (this.returns.get(peer) ?? 0) + 1)
      this.answers.delete(peer)
    }
    return !this.answers.has(peer)
  }

  /** What to throw when all have answered. `unreached`: dialled in vain. `absent`: who is away, in words. */
  unavailable (cid: CID, unreached: Iterable<string>, absent: string): BlocksUnavailableError {
    const count = (what: string): number => [...this.answers.values()].filter((value) => value === what).length
    // one that was not reached may have connected by itself later
    const far = [...unreached].filter((peer) => !this.has(peer)).length
    const parts = [
      [count('missing'), 'do not have it'], [count('failed'), 'failed'], [count('lost'), 'went away'], [far, 'were not reached']
    ].filter(([n]) => n !== 0).map(([n, text]) => `${n ?? 0} ${text ?? ''}`)
    const all = this.answers.size + far
    const members = all === 0 ? 'no member is connected' : `of ${all} ${far === 0 ? 'connected ' : ''}members ${parts.join(', ')}`
    return new BlocksUnavailableError(`A part of this file is not here, and ${members} (block ${cid.toString()}). ${absent}`.trim(), { cause: this.lastError })
  }

  private mayReturn (peer: string): boolean {
    return (this.returns.get(peer) ?? 0) < RETURNS
  }
}
