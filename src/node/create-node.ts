import type { ComponentLogger } from '@libp2p/interface'
import { defaultLogger } from '@libp2p/logger'
import type { DfsNode, DfsNodeInit } from '../api/node.js'
import { abortReason } from '../operations/abort-reason.js'
import { Verifier } from '../vault/entries/entry-verifier.js'
import { whyFailed } from '../log.js'
import { createBus, type NodeBus } from './bus-events.js'
import { checkInit } from './check-init.js'
import { composeCopies } from './compose-copies.js'
import { composeMembership } from './compose-membership.js'
import { EventLog } from './event-log.js'
import { enterVault } from './enter-vault.js'
import { Lifecycle } from './lifecycle.js'
import { Node } from './node.js'
import { nodeKeyOf, openFolder, type OpenedFolder } from './open-folder.js'
import { openNetwork } from './open-network.js'
import { stepsOf } from './steps.js'
import { PublicEvents } from './public-events.js'
import { Reactions } from './reactions.js'
import { WAITS, type Waits } from './waits.js'

/**
 * Opens (or makes, or joins) a vault and runs a node in it. Resolves when the node listens and,
 * with an invite, is admitted; needs no other peer.
 * @throws the errors of docs/errors.md under "the folder" and "joining"; INVALID_OPTION,
 * PORT_IN_USE
 * @example await using node = await createNode({ dir: './laptop', label: 'laptop' })
 */
export async function createNode (init: DfsNodeInit = {}, waits: Partial<Waits> = {}): Promise<DfsNode> {
  checkInit(init)
  try {
    return await open(init, { ...WAITS, ...waits })
  } catch (error) {
    throw init.signal === undefined ? error : abortReason(error, init.signal)
  }
}

async function open (init: DfsNodeInit, waits: Waits): Promise<DfsNode> {
  const bus = createBus()
  const logger = init.libp2p?.logger ?? defaultLogger()
  new EventLog({ logger, bus }).listen()
  const log = logger.forComponent('dfs:node')
  log('opening %s', init.dir ?? 'a folder in memory')
  const folder = await openFolder({ ...init, ...(waits.cost === undefined ? {} : { cost: waits.cost }) }, {
    onCorrupt: (block) => { bus.emit('block:corrupt', block) },
    onFull: () => { bus.emit('space:low', {}) },
    onFailure: (error) => { bus.emit('index:failed', { error }) }
  })
  try {
    const node = await build(init, folder, bus, waits, logger)
    if (init.start !== false && folder.readOnly !== true) await started(node)
    return node
  } catch (error) {
    log('not opened: %s', whyFailed(error))
    await folder.close()
    throw error
  }
}

async function started (node: Node): Promise<void> {
  try {
    await node.start()
  } catch (error) {
    await node.stop()
    throw error
  }
}

/** Builds a node's parts in the order of their dependencies. */
async function build (init: DfsNodeInit, folder: OpenedFolder, bus: NodeBus, waits: Waits, logger: ComponentLogger): Promise<Node> {
  const network = await openNetwork(init, folder.key, { bus, logger })
  const verifier = new Verifier()
  try {
    const entered = await enterVault(init, folder, nodeKeyOf(folder.key), { network, logger })
    const composition = { init, waits, bus, logger, folder, network, verifier }
    const membership = await composeMembership(composition, entered)
    const components = await composeCopies(composition, membership)
    const lifecycle = new Lifecycle(stepsOf(composition, components), { logger })
    const node = new Node({ parts: components, host: network.host, folder, lifecycle, operator: init.operator ?? '', reachedAt: network.reachedAt })
    new Reactions(components, new PublicEvents(components, node), { logger }).listen(bus)
    return node
  } catch (error) {
    await verifier.close()
    await network.host.stop()
    throw error
  }
}
