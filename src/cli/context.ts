/** Every command gets a context: its folder, its output, and the signal that Ctrl-C aborts. */
import { resolve } from 'node:path'
import envPaths from 'env-paths'
import type { Command } from 'commander'
import { AbortError } from '../errors.js'
import { quote } from './format.js'
import { logAll } from './log-areas.js'
import { Output } from './output.js'
import { EXIT } from './exit-codes.js'
import type { Typed } from './typed.js'
import type { World } from './world.js'

export interface GlobalOptions { dir?: string, json?: boolean, passphrase?: string, verbose?: boolean }

export interface Context {
  readonly world: World
  readonly out: Output
  readonly typed: Typed
  /** The absolute path of the node's folder. */
  readonly dir: string
  /**
   * The signal is aborted by the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at
   * once.
   */
  readonly signal: AbortSignal
  /**
   * `option` is the word after --passphrase; `passphrase` is the passphrase from that option or the
   * terminal, once it was needed.
   */
  readonly secret: { readonly option?: string, passphrase?: string }
}

/** Wraps a command's function for commander, which gives (arguments…, options, command). */
export type Run = <A extends unknown[]>(command: (context: Context, ...args: A) => Promise<number | undefined>) => (...args: [...A, Command]) => Promise<void>

export function folderOf (options: GlobalOptions, world: Pick<World, 'env' | 'cwd'>): string {
  const { DFS_DIR } = world.env
  const given = options.dir ?? (DFS_DIR === '' ? undefined : DFS_DIR)
  return given === undefined ? envPaths('dfs', { suffix: '' }).data : resolve(world.cwd, given)
}

/** Returns the command that a person types next, in the same folder. */
export function typedIn ({ dir }: GlobalOptions, { program }: Pick<World, 'program'>, command?: Command): Typed {
  const options = new Set(command?.options.map(({ long }) => long?.slice(2) ?? ''))
  return { program, dfs: dir === undefined ? program : `${program} --dir ${quote(dir)}`, command: command?.name() ?? '', options }
}

export function createContext (options: GlobalOptions, world: World, command?: Command): Context & Disposable {
  if (options.verbose === true) logAll(world.env)
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) world.exit(EXIT.interrupted)
    controller.abort(new AbortError('Stopped by Ctrl-C'))
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP']
  names.forEach((name) => world.signals.on(name, onSignal))
  const typed = typedIn(options, world, command)
  return {
    world,
    typed,
    out: new Output(world, options.json === true, typed),
    dir: folderOf(options, world),
    signal: controller.signal,
    secret: options.passphrase === undefined ? {} : { option: options.passphrase },
    [Symbol.dispose]: () => { names.forEach((name) => world.signals.off(name, onSignal)) }
  }
}
