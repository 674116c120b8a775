import { SYNC_PROTOCOL } from '../../protocols/sync/constants.js'
import { once } from '../async/once.js'
import type { Composition } from './compose-membership.js'
import type { NodeComponents } from './components.js'
import type { Step } from './lifecycle.js'

/** Returns the parts in the order in which they start; `stops` is their place in the stop. */
export function stepsOf ({ init, folder, network }: Composition, components: NodeComponents): Step[] {
  const { peers, vault, memberRecords, reached, rebuilt, discovery, directory, recovery } = components
  const { clients, sync, downloader, replicas, repairer, scrubber, retention, garbage, admits, verifier } = components
  const forGood = init.dialOnly !== true
  return [
    // handlers are registered first, so that a member that dials at once finds them
    { name: 'sync', start: once(() => sync.start()), stop: () => sync.stop(), stops: 10 },
    { name: 'downloader', start: () => { downloader.start() }, stop: () => downloader.stop(), stops: 8 },
    { name: 'host', start: () => network.start(), stop: () => network.host.stop(), stops: 12 },
    // its clock starts when other members can be reached
    { name: 'member directory', start: () => { directory.started() } },
    { name: 'records', start: () => { memberRecords.start() }, stop: () => memberRecords.stop(), stops: 3 },
    // a node that only dials answers one command and ends, so it keeps no copies
    { name: 'replicas', start: () => { if (forGood) replicas.start() }, stop: () => { replicas.stop() }, stops: 2 },
    { name: 'repairer', start: () => { if (forGood) repairer.start() }, stop: () => repairer.stop(), stops: 5 },
    { name: 'scrubber', start: () => { if (forGood) scrubber.start() }, stop: () => scrubber.stop(), stops: 4 },
    { name: 'retention', start: () => { retention.start() }, stop: () => retention.stop(), stops: 6 },
    { name: 'garbage collector', start: () => { garbage.start() }, stop: () => garbage.stop(), stops: 7 },
    {
      name: 'peers',
      start: () => {
        peers.follow({
          members: () => vault.members(),
          addresses: (who) => [...new Set([...memberRecords.records.addressesOf(who), ...reached.of(who), ...discovery.addressesOf(who)])],
          bootstrap: [...network.bootstrap, ...rebuilt.places()],
          standing: [SYNC_PROTOCOL]
        })
      },
      stop: () => peers.stop(),
      stops: 11
    },
    { name: 'discovery', start: () => { discovery.start() }, stop: () => discovery.stop(), stops: 9 },
    { name: 'recovery', start: (signal) => recovery?.run(init.signal === undefined || init.start === false ? signal : AbortSignal.any([signal, init.signal])) },
    // streams end before the jobs that wait for answers of peers
    { name: 'streams to members', stop: () => clients.stop(), stops: 1 },
    // it stops after the last entry that may change the admits
    { name: 'admits backup', stop: () => admits.stop(), stops: 13 },
    { name: 'verifier', stop: () => verifier.close(), stops: 14 },
    { name: 'folder', stop: () => folder.close(), stops: 15 }
  ]
}
