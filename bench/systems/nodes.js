/** dfs nodes of a vault, each a process of its own. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { settle, startWorker } from '../lib/worker.js'

export const NAME = 'big.bin'

/**
 * Starts `count` dfs nodes in one vault, below `dir`, all connected to the first. Those that only read lend no space:
 * they would bring themselves every version while it is being timed. `detour`: gives, for a port, the one of a proxy
 * through which the others reach the first.
 */
export async function startNodes (context, count, { readers = false, detour } = {}) {
  const nodes = []
  try {
    let port
    for (let i = 0; i < count; i++) {
      const node = await startWorker('dfs', context)
      nodes.push(node)
      const more = i === 0 ? {} : { invite: await nodes[0].call('invite'), ...(readers ? { capacity: 0 } : {}), ...(detour === undefined ? {} : { detour: [port, await detour(port)] }) }
      const ports = await node.call('open', { dir: join(context.dir, `node${i}`), label: `node${i}`, ...more })
      port ??= ports[0]
    }
    if (count > 1) await Promise.all([nodes[0].call('connected', { count: count - 1 }), ...nodes.slice(1).map((node) => node.call('connected', { count: 1 }))])
    return nodes
  } catch (err) {
    await stopAll(context, nodes)
    throw err
  }
}

/** Stops them, and empties the folder of the step. */
export async function stopAll (context, workers) {
  await Promise.all(workers.map((worker) => worker.stop()))
  await rm(context.dir, { recursive: true, force: true })
  await settle()
}
