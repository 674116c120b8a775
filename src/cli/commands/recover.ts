import { VaultExistsError } from '../../errors.js'
import type { RecoveryProgress } from '../../api/node.js'
import { type Config, over, writeConfig, nodeInit } from '../config.js'
import type { Context } from '../context.js'
import { hasVault } from '../folder.js'
import { bytes, clean, count, home, plural, shortVault } from '../format.js'
import { type NodeFlags, nodeConfig } from '../node-options.js'
import { freeListen } from '../port.js'
import { progressBar } from '../progress.js'
import { readRecoveryCode } from '../secrets.js'
import { newPassphrase } from '../unlock.js'

/**
 * `init --recover` brings back the vault of a recovery code from one member that can be reached.
 */
export async function recover (context: Context, word: string, flags: NodeFlags): Promise<undefined> {
  const { world, dir, out, signal } = context
  const given = nodeConfig(flags)
  await world.prepare()
  if (await hasVault(dir)) throw new VaultExistsError(`There is a vault in ${home(dir)} already`)
  const recoveryCode = await readRecoveryCode(context, '--recover', word)
  const config = over({ listen: (await freeListen()).listen }, given)
  const passphrase = await newPassphrase(context)
  const bar = progressBar(world.stderr, 'recovering', out.stderrIsTerminal)
  try {
    await using node = await world.createNode({ ...nodeInit(config), ...passphrase, dir, createIfMissing: true, recoveryCode, dialOnly: true, signal, onProgress: (event) => { bar.note(describe(event)) } })
    bar.clear()
    const { peer, vault, role, label, disk, files, bytes: size, members } = await node.status()
    // its name as shown may be told apart from others', which is no name that somebody gave
    await keep(dir, { ...config, capacity: disk.capacity })
    await out.data({ event: 'recover', peerId: peer, vault, role, label, files, bytes: size, members: members.total, listen: config.listen, capacity: disk.capacity, dir })
    await out.line(`${out.bold(`Recovered ${shortVault(vault)}`)}, in ${home(dir)}: ${plural(files, 'file')}, ${bytes(size)}. This machine owns it.`)
    await out.line(`  node    ${clean(label)}  ${peer}`)
    await out.line(`  vault   ${shortVault(vault)}  ${role} · ${plural(members.total, 'member')}`)
    await out.line(`  listens ${config.listen?.join('  ') ?? ''}`)
    await out.line(`  lends   ${bytes(disk.capacity)}`)
    out.talk(`The files are read from the other machines until this one has copied them. Machines that are gone for good:  ${out.dfs} members   and   ${out.dfs} revoke MEMBER`)
    await out.line(`Next:  ${out.dfs} start`)
  } catch (error) {
    bar.clear()
    // a member has accepted this machine, so the given options become its configuration
    if (await hasVault(dir)) await keep(dir, config)
    throw error
  }
}

/**
 * Writes the configuration without addresses that have no PeerId; they served only to find a member
 * once.
 */
async function keep (dir: string, { bootstrap = [], ...config }: Config): Promise<void> {
  const named = bootstrap.filter((address) => address.includes('/p2p/'))
  await writeConfig(dir, { ...config, ...(named.length === 0 ? {} : { bootstrap: named }) })
}

function describe (event: RecoveryProgress): string {
  switch (event.type) {
    case 'vault:recover:ask': return `asking ${event.address} …`
    case 'vault:recover:failed': return `${event.address}: ${event.reason}`
    case 'vault:recover:member': return `${event.label === '' ? event.peer : event.label} is there; its index comes …`
    case 'vault:recover:entries': return `${count(event.entries)} entries so far …`
  }
}
