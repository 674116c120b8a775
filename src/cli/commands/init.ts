import type { Command } from 'commander'
import { InvalidOptionError, NoVaultError, VaultExistsError } from '../../errors.js'
import type { DfsNode } from '../../api/node.js'
import { type Config, nodeInit, over, readConfig, writeConfig } from '../config.js'
import type { Context, Run } from '../context.js'
import { hasVault } from '../folder.js'
import { bytes, home, shortVault } from '../format.js'
import { addNodeOptions, type NodeFlags, nodeConfig } from '../node-options.js'
import { freeListen } from '../port.js'
import { readInvite } from '../secrets.js'
import { newPassphrase } from '../unlock.js'
import { joinVault } from './join.js'
import { recover } from './recover.js'

export interface InitFlags extends NodeFlags { invite?: string, recover?: string }

export function defineInit (program: Command, run: Run): void {
  addNodeOptions(program.command('init')
    .summary('make the folder and a new vault')
    .description('Makes the folder and a new vault that this machine owns. Shows the recovery code, on a terminal only.')
    .option('--invite <invite>', 'join a vault instead: the same as dfs join')
    .option('--recover <-|file>', 'open the vault of a recovery code instead, from a member on the local network or at --bootstrap: - asks for the code'))
    .action(run(init))
}

export async function init (context: Context, { invite, recover: code, ...flags }: InitFlags): Promise<undefined> {
  if (invite !== undefined && code !== undefined) throw new InvalidOptionError('--recover', 'with --invite', 'one of them')
  if (code !== undefined) return recover(context, code, flags)
  if (invite !== undefined) return joinVault(context, invite, flags, readInvite)
  await context.world.prepare()
  const { node, config } = await makeVault(context, nodeConfig(flags))
  try {
    await report(context, node, config)
  } finally {
    await node.stop()
  }
}

/** Makes a new vault in the folder, not started, and writes its options to config.toml. */
export async function makeVault (context: Context, given: Config): Promise<{ node: DfsNode, config: Config }> {
  const { dir, world, signal } = context
  if (await hasVault(dir)) throw new VaultExistsError(`There is a vault in ${home(dir)} already`)
  const config = given.listen === undefined ? { ...given, listen: (await freeListen()).listen } : given
  const node = await world.createNode({ ...nodeInit(config), ...await newPassphrase(context), dir, createIfMissing: true, start: false, signal })
  try {
    const { label, operator, disk } = await node.status()
    const kept = over({ label, capacity: disk.capacity, ...(operator === '' ? {} : { operator }) }, config)
    await writeConfig(dir, kept)
    return { node, config: kept }
  } catch (error) {
    await node.stop()
    throw error
  }
}

async function report ({ out, dir }: Context, node: DfsNode, config: Config): Promise<void> {
  const { peer, vault, role, label, disk } = await node.status()
  await out.data({ event: 'init', peerId: peer, vault, role, label, listen: config.listen, capacity: disk.capacity, dir })
  await out.line(`${out.bold('A new vault')}, in ${home(dir)}. This machine owns it.`)
  await out.line(`  node    ${label}  ${peer}`)
  await out.line(`  vault   ${shortVault(vault)}  ${role}`)
  await out.line(`  listens ${config.listen?.join('  ') ?? ''}`)
  await out.line(`  lends   ${bytes(disk.capacity)}`)
  if (!out.stdoutIsTerminal) {
    out.talk(`The recovery code is shown on a terminal only:  ${out.dfs} recovery-code`)
    return
  }
  await out.line()
  await out.line('Recovery code. Whoever has it owns the vault; if all machines are lost, nothing else opens your files. Write it down:')
  await out.line()
  await out.line(`  ${out.bold(await node.recoveryCode())}`)
  await out.line()
  await out.line(`Next:  ${out.dfs} start      and, when it is written down:  ${out.dfs} recovery-code --check -`)
}

/**
 * Returns the configuration of the folder.
 *
 * @throws NoVaultError where there is no vault
 */
export async function configOf (dir: string): Promise<Config> {
  if (!await hasVault(dir)) throw new NoVaultError(`There is no vault in ${home(dir)}`)
  return readConfig(dir)
}
