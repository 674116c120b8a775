/** Everything outside that a command touches, so that a test can be the outside. */
import type { EventEmitter } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { DfsNode, DfsNodeInit, OpenLinkOptions, SharedFile } from '../api/node.js'
import { programName } from './program-name.js'
import { relaunch } from './relaunch.js'
import { openTerminal, type Terminal } from './terminal.js'

export interface Input extends Readable { isTTY?: boolean, setRawMode?: (raw: boolean) => unknown }
export interface Sink extends Writable { isTTY?: boolean, columns?: number }

export interface World {
  /** What a person types to run this program, such as `dfs` or `npx dfs`. */
  program: string
  env: NodeJS.ProcessEnv
  cwd: string
  stdin: Input
  stdout: Sink
  stderr: Sink
  /** Where a person can be asked although stdin is a pipe; undefined where nobody can. */
  terminal: () => Terminal | undefined
  /** Emits SIGINT, SIGTERM and SIGHUP. */
  signals: EventEmitter
  /** Makes sure that this process runs with the flags of a process that opens a vault. */
  prepare: () => Promise<void>
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
    // loaded when a vault is opened: libp2p takes ten times as long to load as everything else here
    createNode: async (init) => (await import('../index.js')).createNode(init),
    openLink: async (text, options) => (await import('../index.js')).openLink(text, options),
    exit: (code) => process.exit(code)
  }
}
