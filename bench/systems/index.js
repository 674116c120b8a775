/** All that takes part, in the order of the first run. */
import * as command from './command.js'
import * as dfs from './dfs.js'
import * as floors from './floors.js'
import { http } from './http.js'
import { kuboSystem, sendme } from './native.js'
import { helia, hyperdrive, iroh } from './peers.js'
import { rcloneSystem } from './rclone.js'
import { resticSystem } from './restic.js'
import { scp } from './scp.js'
import { syncthingSystem } from './syncthing.js'

const OWN = [
  ['dfs', dfs.transfer], ['dfs', dfs.overDelay], ['dfs', dfs.small], ['dfs', dfs.first], ['dfs', dfs.replicate], ['dfs', dfs.version],
  ['dfs', command.dfsTree], ['dfs', command.starts], ['dfs', dfs.memory]
]
const FLOORS = [
  ['cp', floors.cp], ['cp', command.cpTree], ['dd fdatasync', floors.dd], ['sealing alone', floors.sealing],
  ['bare stream', floors.bare], ['bare stream', floors.bareOverDelay]
]
const OTHERS = [
  ['http', http], ['scp', scp], ['restic', resticSystem], ['rclone crypt', rcloneSystem], ['syncthing', syncthingSystem],
  ['iroh', iroh], ['native iroh', sendme], ['hyperdrive', hyperdrive], ['helia', helia], ['kubo', kuboSystem]
]

/** { name, of: workloads, missing: why it cannot run here, run }. What dfs is held to comes before it, and the others after. */
export const SYSTEMS = [...FLOORS, ...OWN, ...OTHERS].map(([name, step]) => ({ name, missing: () => undefined, ...step }))

/** What the names do not say. */
export const NOTES = [
  'Of those that add, only dfs and dd have it on disk (fsync) when they say so. cp, iroh, helia, kubo and syncthing keep it in clear, and syncthing keeps no copy.',
  'The bare stream and http neither encrypt at rest nor check; http does not encrypt on the way either. restic has no second machine: its fetch is a restore from a local folder.'
]
