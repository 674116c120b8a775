/** The text that runs this program again depends on how the program was started and on PATH. */
import { accessSync, constants, realpathSync } from 'node:fs'
import { delimiter, join, relative } from 'node:path'
import { quote } from './format.js'

export interface Started {
  env: NodeJS.ProcessEnv
  cwd: string
  /** The word that started Node, such as `node` or a path. */
  node: string
  /** The script that Node runs. */
  script: string
  platform?: NodeJS.Platform
}

/**
 * Returns `npx dfs` when npm started the program, `dfs` when that is in PATH and is this program,
 * else Node with the path of the script.
 */
export function programName ({ env, cwd, node, script, platform = process.platform }: Started): string {
  // npm puts its own folders in front of PATH, and the person's shell has none of them
  if (env.npm_command !== undefined) return 'npx dfs'
  if (isInPath(env, script, platform)) return 'dfs'
  const near = relative(cwd, script)
  return `${quote(node)} ${quote(near.startsWith('..') || near === '' ? script : near)}`
}

function isInPath (env: NodeJS.ProcessEnv, script: string, platform: NodeJS.Platform): boolean {
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => folder !== '')
  // on Windows npm writes a small program that calls the script, instead of a symbolic link
  if (platform === 'win32') return folders.some((folder) => canRun(join(folder, 'dfs.cmd')))
  const first = folders.map((folder) => join(folder, 'dfs')).find(canRun)
  return first !== undefined && realpathSync(first) === realPath(script)
}

function canRun (path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function realPath (path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
