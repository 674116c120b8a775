/**
 * An argument whose bytes are no UTF-8 would name something else: Node replaces each bad byte by
 * U+FFFD before this program sees it.
 */
import { readFileSync } from 'node:fs'

const REPLACED = '\ufffd'
/** These variables name something. */
const VARIABLES = ['DFS_DIR']

export interface Bad { where: string, text: string }

/**
 * Returns the first bad argument or variable; undefined when all are as typed. On a system that
 * does not show the original bytes, each text with U+FFFD counts as bad.
 */
export function badArgument (args: string[], env: NodeJS.ProcessEnv, bytesOf: (name: string) => Uint8Array | undefined = ofProcess): Bad | undefined {
  const argument = args.find((text) => text.includes(REPLACED))
  if (argument !== undefined && !isText(bytesOf('cmdline'))) return { where: 'argument', text: argument }
  const variable = VARIABLES.find((name) => env[name]?.includes(REPLACED) === true)
  return variable !== undefined && !isText(bytesOf('environ'), variable) ? { where: variable, text: env[variable] ?? '' } : undefined
}

function isText (bytes: Uint8Array | undefined, variable?: string): boolean {
  if (bytes === undefined) return false
  const parts = Buffer.from(bytes).toString('latin1').split('\0').filter((part) => variable === undefined || part.startsWith(`${variable}=`))
  try {
    for (const part of parts) new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'latin1'))
    return true
  } catch {
    return false
  }
}

function ofProcess (name: string): Uint8Array | undefined {
  try {
    return readFileSync(`/proc/self/${name}`)
  } catch {
    return undefined // no Linux
  }
}
