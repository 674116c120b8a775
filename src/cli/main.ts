/** This file builds the commands, runs one, and maps its end to an exit code. */
import { Command, CommanderError } from 'commander'
import { defineConfig } from './commands/config.js'
import { defineCp } from './commands/cp.js'
import { defineDemo } from './commands/demo.js'
import { defineDu } from './commands/du.js'
import { defineEvict } from './commands/evict.js'
import { defineFetch } from './commands/fetch.js'
import { defineGc } from './commands/gc.js'
import { defineGet } from './commands/get.js'
import { defineHelp } from './commands/help.js'
import { defineInit } from './commands/init.js'
import { defineInvite } from './commands/invite.js'
import { defineJoin } from './commands/join.js'
import { defineLog } from './commands/log.js'
import { defineLs } from './commands/ls.js'
import { defineMembers } from './commands/members.js'
import { defineMv } from './commands/mv.js'
import { definePassphrase } from './commands/passphrase.js'
import { definePut } from './commands/put.js'
import { defineRecoveryCode } from './commands/recovery-code.js'
import { defineRestore } from './commands/restore.js'
import { defineRevoke } from './commands/revoke.js'
import { defineRm } from './commands/rm.js'
import { defineShare } from './commands/share.js'
import { defineStart } from './commands/start.js'
import { defineStat } from './commands/stat.js'
import { defineStatus } from './commands/status.js'
import { defineToken } from './commands/token.js'
import { defineVerify } from './commands/verify.js'
import { defineWhy } from './commands/why.js'
import { type Context, createContext, type GlobalOptions, type Run, typedIn } from './context.js'
import { InvalidOptionError } from '../errors.js'
import { badArgument } from './bad-argument.js'
import { EXIT, exitCode } from './exit-codes.js'
import { failureOf, Output, OutputClosed, watchOutput } from './output.js'
import { usage } from './usage.js'
import { VERSION } from './version.js'
import { realWorld, type Sink, type World } from './world.js'

const DEFINITIONS = [defineInit, defineJoin, defineStart, definePut, defineGet, defineLs, defineStat, defineDu, defineLog, defineRm, defineRestore, defineMv, defineCp, defineWhy, defineEvict, defineShare, defineFetch, defineGc, defineInvite, defineRevoke, defineMembers, defineStatus, defineVerify, defineRecoveryCode, definePassphrase, defineConfig, defineToken, defineDemo, defineHelp]

const footer = (dfs: string): string => `
First machine:   ${dfs} init && ${dfs} start        then  ${dfs} invite --role write --label nas
Next machine:    ${dfs} join - && ${dfs} start
Files:           ${dfs} put cat.jpg photos/      ${dfs} ls      ${dfs} get photos/cat.jpg
Or look first:   ${dfs} demo
In scripts:      --json, and exit codes:  ${dfs} help exit-codes`

function buildProgram (world: World, json: boolean, onEnd: (code: number) => void, onCommand: (options: GlobalOptions, command: Command) => void): Command {
  const program = new Command(world.program)
    .description('Keeps your files on all of your machines, encrypted, with no server.')
    .version(VERSION, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .enablePositionalOptions()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => { world.stdout.write(text) }, writeErr: (text) => { if (!json) world.stderr.write(text) }, outputError: () => {} })
    .addHelpText('after', footer(world.program))
    .exitOverride()
  addGlobalOptions(program, world.program)
  const run: Run = <A extends unknown[]>(command: (context: Context, ...args: A) => Promise<number | undefined>) => async (...args: [...A, Command]) => {
    const options = (args.at(-1) as Command).optsWithGlobals<GlobalOptions>()
    onCommand(options, args.at(-1) as Command)
    using context = createContext(options, world, args.at(-1) as Command)
    onEnd(await command(context, ...args.slice(0, -1) as A) ?? EXIT.done)
  }
  for (const define of DEFINITIONS) define(program, run)
  // with positional options commander would parse the global options only before the command
  for (const command of program.commands) {
    addGlobalOptions(command, world.program, true).copyInheritedSettings(program).exitOverride((error) => {
      onCommand({}, command)
      throw error
    })
  }
  return program
}

function addGlobalOptions (command: Command, program: string, hidden = false): Command {
  const dir = command.createOption('--dir <folder>', "the node's folder (default: DFS_DIR, or the platform's data folder)")
  const json = command.createOption('--json', 'one JSON object a line, for programs')
  const passphrase = command.createOption('--passphrase <-|file>', 'the passphrase of the keys, from stdin or a file: init and join set it, the others need it (default: asked for where the keys have one)')
  const verbose = command.createOption('--verbose', `say on stderr what the node does and why:  ${program} help logs`)
  return command.addOption(dir.hideHelp(hidden)).addOption(json.hideHelp(hidden)).addOption(passphrase.hideHelp(hidden)).addOption(verbose.hideHelp(hidden))
}

/**
 * Runs the command line and resolves to the exit code.
 *
 * @param args words after the command's name
 */
export async function run (args: string[], world: World): Promise<number> {
  let code: number = EXIT.done
  const json = args.includes('--json')
  let typed = typedIn({}, world)
  let at: Command | undefined
  try {
    await buildProgram(world, json, (end) => { code = end }, (options, command) => {
      at = command
      typed = typedIn(options, world, command)
    }).parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT.other
    const told = error instanceof CommanderError ? usage(error, at) : error
    if (told === undefined) return error instanceof CommanderError && error.exitCode === 0 ? EXIT.done : EXIT.use
    new Output(world, json, typed).error(told)
    return exitCode(error)
  }
}

export async function main (): Promise<void> {
  const world = realWorld()
  // each write throws the failure of its output; failures that no write saw are checked at the end
  for (const sink of [world.stdout, world.stderr]) watchOutput(sink)
  const args = process.argv.slice(2)
  const code = refuseBadText(args, world) ?? await run(args, world)
  await Promise.all([flushed(world.stdout), flushed(world.stderr)])
  process.exit(code === EXIT.done ? written(world, args) : code)
}

/** Returns 0 when the output was written completely, else the code for a failed output. */
function written (world: World, args: string[]): number {
  const error = failureOf(world.stdout)
  return error === undefined || error instanceof OutputClosed ? EXIT.done : ended(world, args, error)
}

/** Refuses an argument that is not the bytes that were typed. */
function refuseBadText (args: string[], world: World): number | undefined {
  const bad = badArgument(args, world.env)
  return bad === undefined ? undefined : ended(world, args, new InvalidOptionError(bad.where, `${JSON.stringify(bad.text)} is no UTF-8. Nothing was done`, 'text in UTF-8; files of other names are to be renamed first'))
}

function ended (world: World, args: string[], error: Error): number {
  new Output(world, args.includes('--json'), typedIn({}, world)).error(error)
  return exitCode(error)
}

/** Waits until the output is flushed: exit would drop what a pipe has not taken yet. */
async function flushed (sink: Sink): Promise<void> {
  if (sink.destroyed || sink.writableLength === 0) return
  await new Promise<void>((resolve) => { sink.write('', () => { resolve() }) })
}
