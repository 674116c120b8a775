import { InvalidOptionError } from '../errors.js'
import type { SyncedOptions } from '../api/node.js'
import { abortable } from '../async/abortable.js'
import { Semaphore } from '../async/semaphore.js'
import type { Components } from './components.js'

/** Members without a wanted connection are dialled this many at once. */
const DIALS_AT_ONCE = 4
/**
 * A member that was not reached, or lacks entries, is asked again after this wait, and at once when
 * it connects. The wait doubles up to the second number.
 */
const AGAIN_MIN_MS = 1_000
const AGAIN_MAX_MS = 60_000

type Within = SyncedOptions & { signal: AbortSignal }

/**
 * Resolves when the members have every entry that this node has now. Only the signal ends the wait
 * for a member that is away.
 */
export async function synced (parts: Pick<Components, 'peer' | 'peers' | 'sync' | 'vault'>, { members = 'all', signal }: Within): Promise<void> {
  const { wanted, peers } = targets(parts, members)
  const over = new AbortController()
  const limit = AbortSignal.any([over.signal, signal])
  const slots = new Semaphore(() => DIALS_AT_ONCE)
  const done = Promise.withResolvers<void>()
  let left = wanted
  if (left <= 0) return
  for (const peer of peers) {
    one(parts, peer, slots, limit).then(() => { if (--left === 0) done.resolve() }, () => { /* an abort is reported below */ })
  }
  try {
    await abortable(done.promise, signal)
  } finally {
    over.abort(new Error('enough members have it'))
  }
}

/**
 * Returns the members to wait for, and how many of them.
 * @throws InvalidOptionError for a bad number, or for a PeerId that is no member
 */
function targets ({ peer: self, vault }: Pick<Components, 'peer' | 'vault'>, members: NonNullable<SyncedOptions['members']>): { wanted: number, peers: string[] } {
  const all = vault.members().map(({ peer }) => peer)
  const others = all.filter((peer) => peer !== self)
  if (members === 'all') return { wanted: others.length, peers: others }
  if (typeof members === 'number') {
    if (!Number.isInteger(members) || members < 1 || members > all.length) throw new InvalidOptionError('members', `${members} is not a number of members of this vault`, `a whole number from 1 to ${all.length}`)
    return { wanted: members - 1, peers: others }
  }
  const stranger = members.find((peer) => !all.includes(peer))
  if (stranger !== undefined) throw new InvalidOptionError('members', `"${stranger}" is no member of this vault`, 'PeerIds of members')
  const named = others.filter((peer) => members.includes(peer))
  return { wanted: named.length, peers: named }
}

/** Resolves when this member has said that it has every entry. */
async function one (parts: Pick<Components, 'peers' | 'sync'>, peer: string, slots: Semaphore, signal: AbortSignal): Promise<void> {
  for (let waitMs = AGAIN_MIN_MS; ; waitMs = Math.min(2 * waitMs, AGAIN_MAX_MS)) {
    try {
      await reached(parts, peer, slots, signal)
      if ((await parts.sync.ask(peer, { signal })).left.count === 0) return
    } catch {
      // the member is away, or went away during the question
      signal.throwIfAborted()
    }
    await comes(parts, peer, waitMs, signal)
  }
}

/**
 * Dials a member without a wanted connection. The connection manager dials the others by itself.
 */
async function reached ({ peers }: Pick<Components, 'peers'>, peer: string, slots: Semaphore, signal: AbortSignal): Promise<void> {
  if (peers.get(peer) !== undefined || peers.wants(peer)) return
  await slots.take(signal)
  try {
    await peers.reach(peer, { signal })
  } finally {
    slots.give()
  }
}

/** Resolves when the member connects, or after `ms`. Rejects with the reason of the signal. */
async function comes ({ peers }: Pick<Components, 'peers'>, peer: string, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const onOpen = ({ detail }: CustomEvent<{ peer: string }>): void => { if (detail.peer === peer) resolve() }
  const timer = setTimeout(resolve, ms)
  peers.addEventListener('session:open', onOpen)
  try {
    await abortable(promise, signal)
  } finally {
    clearTimeout(timer)
    peers.removeEventListener('session:open', onOpen)
  }
}
