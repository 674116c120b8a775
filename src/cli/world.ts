/** The world is everything outside that a command touches, so that a test can replace it. */
import type { EventEmitter } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { DfsNode, DfsNodeInit, OpenLinkOptions, SharedFile } from '../api/node.js'
import { programName } from './program-name.js'
import { actLikeRelaunched, relaunch } from './relaunch.js'
import { openTerminal, type Terminal } from './terminal.js'

export interface Input extends Readable { isTTY?: boolean, setRawMode?: (raw: boolean) => unknown }
export interface Sink extends Writable { isTTY?: boolean, columns?: number }

export interface World {
  /** The text that runs this program, such as `dfs` or `npx dfs`. */
  program: string
  env: NodeJS.ProcessEnv
  cwd: string
  stdin: Input
  stdout: Sink
  stderr: Sink
  /**
   * Returns the terminal where a person can be asked although stdin is a pipe; undefined where
   * there is none.
   */
  terminal: () => Terminal | undefined
  /** Emits SIGINT, SIGTERM and SIGHUP. */
  signals: EventEmitter
  /** Ensures that this process has the flags of a process that opens a vault. */
  prepare: () => Promise<void>
  /** Does for a command that reads this machine alone, in this process, what `prepare` does by flags. */
  prepareBrief: () => void
  createNode: (init: DfsNodeInit) => Promise<DfsNode>
  openLink: (text: string, options: OpenLinkOptions) => Promise<SharedFile>
  /** Ends the process at once. */
  exit: (code: number) => void
}

export function realWorld (): World {
  return {
    program: programName({ env: process.env, cwd: process.cwd(), node: process.argv0, script: process.argv[1] ?? '' }),
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    terminal: () => openTerminal(process.stdin),
    signals: process,
    prepare: relaunch,
    prepareBrief: actLikeRelaunched,
    // libp2p loads only when a vault is opened: it takes ten times as long to load as everything
    // else here
    createNode: async (init) => (await import('../index.js')).createNode(init),
    openLink: async (text, options) => (await import('../index.js')).openLink(text, options),
    exit: (code) => process.exit(code)
  }
}
