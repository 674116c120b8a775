/** A node for one command: through the door of the node that runs in the folder, else opened here and left again. */
import { setTimeout as wait } from 'node:timers/promises'
import { DirectoryLockedError } from '../errors.js'
import { connectRpc } from '../rpc/client.js'
import type { DfsNode } from '../api/node.js'
import { nodeInit, readConfig } from './config.js'
import type { Context } from './context.js'
import { unlock } from './unlock.js'

/** Another command may hold the folder for a moment. */
export const LOCK_WAIT_MS = 10_000
const LOCK_RETRY_MS = 100

export interface Opened extends AsyncDisposable {
  node: DfsNode
  /** A node runs in the folder, and goes on when this command ends. */
  running: boolean
}

/** Opened here, it dials others and listens to nobody. */
export async function openNode (context: Context): Promise<Opened> {
  const { world, dir, signal } = context
  return waitForLock(signal, async () => {
    const remote = await connectRpc(dir, { signal })
    if (remote !== undefined) return opened(remote, true)
    await world.prepare()
    return opened(await unlock(context, { ...nodeInit(await readConfig(dir)), dir, createIfMissing: false, dialOnly: true, signal }), false)
  })
}

/** Runs `open` again while another command has the folder, for at most 10 s. */
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
