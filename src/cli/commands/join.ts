import type { Command } from 'commander'
import { nodeInit, over, readConfig, writeConfig } from '../config.js'
import type { Context, Run } from '../context.js'
import { hasVault } from '../folder.js'
import { clean, home, shortVault } from '../format.js'
import { addNodeOptions, type NodeFlags, nodeConfig } from '../node-options.js'
import { freeListen } from '../port.js'
import { readInvite } from '../secrets.js'
import { newPassphrase, unlock } from '../unlock.js'

export function defineJoin (program: Command, run: Run): void {
  addNodeOptions(program.command('join <invite>')
    .summary('make the folder and join a vault')
    .description('Makes the folder and joins the vault of an invite: - (asks for it, or stdin), @FILE, or the text, which `ps` shows to everybody on this machine.'))
    .action(run((context, invite: string, flags: NodeFlags) => joinVault(context, invite, flags, readInvite)))
}

export async function joinVault (context: Context, word: string, flags: NodeFlags, read: typeof readInvite): Promise<undefined> {
  const { world, dir, out, signal } = context
  const given = nodeConfig(flags)
  await world.prepare()
  const invite = await read(context, word)
  const before = await hasVault(dir)
  const known = before ? await readConfig(dir) : {}
  const config = over({ listen: known.listen ?? (await freeListen()).listen }, over(known, given))
  // the node is not started: it would open further connections to members, and this command ends
  // before they are of use
  const init = { ...nodeInit(config), dir, createIfMissing: true, invite, dialOnly: true, start: false, signal }
  await using node = before ? await unlock(context, init) : await world.createNode({ ...init, ...await newPassphrase(context) })
  const { peer, vault, role, label, disk } = await node.status()
  await writeConfig(dir, { ...config, capacity: config.capacity ?? disk.capacity })
  await out.data({ event: 'join', peerId: peer, vault, role, label, listen: config.listen, capacity: disk.capacity, dir })
  await out.line(before ? `${home(dir)} is in vault ${shortVault(vault)} already.` : `${out.bold(`Joined ${shortVault(vault)}`)} with role ${role}, in ${home(dir)}.`)
  await out.line(`  node    ${clean(label)}  ${peer}`)
  await out.line(`  vault   ${shortVault(vault)}  ${role}`)
  await out.line(`  listens ${config.listen?.join('  ') ?? ''}`)
  await out.line(`Next:  ${out.dfs} start`)
}
