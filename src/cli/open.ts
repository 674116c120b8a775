/**
 * A command uses the node that runs in the folder, through its local socket, or opens the folder
 * itself and closes it again.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { DirectoryLockedError } from '../errors.js'
import { connectRpc } from '../rpc/client.js'
import type { DfsNode } from '../api/node.js'
import { nodeInit, readConfig } from './config.js'
import type { Context } from './context.js'
import { unlock } from './unlock.js'

/** A command waits this long for another command that holds the folder. */
export const LOCK_WAIT_MS = 10_000
const LOCK_RETRY_MS = 100

export interface Opened extends AsyncDisposable {
  node: DfsNode
  /** True when a node runs in the folder and goes on after this command. */
  running: boolean
}

/**
 * Opens the node for a command. A node that is opened here dials others and listens on no address.
 * @param offline true for a command that reads this machine alone: the node then dials nobody
 */
export async function openNode (context: Context, { offline = false } = {}): Promise<Opened> {
  const { world, dir, signal } = context
  return waitForLock(signal, async () => {
    const remote = await connectRpc(dir, { signal })
    if (remote !== undefined) return opened(remote, true)
    if (offline) world.prepareBrief()
    else await world.prepare()
    return opened(await unlock(context, { ...nodeInit(await readConfig(dir)), dir, createIfMissing: false, dialOnly: true, start: !offline, signal }), false)
  })
}

/** Runs `open` again while another command holds the folder, for at most 10 s. */
export async function waitForLock<T> (signal: AbortSignal, open: () => Promise<T>): Promise<T> {
  const end = performance.now() + LOCK_WAIT_MS
  for (;;) {
    try {
      return await open()
    } catch (error) {
      if (!(error instanceof DirectoryLockedError) || !error.retry || performance.now() > end) throw error
    }
    await wait(LOCK_RETRY_MS, undefined, { signal }).catch(() => { signal.throwIfAborted() })
  }
}

function opened (node: DfsNode, running: boolean): Opened {
  return { node, running, [Symbol.asyncDispose]: async () => { await node.stop() } }
}
