/** Arguments whose bytes are no UTF-8: each bad byte became U+FFFD before this program saw it, and would name something else. */
import { readFileSync } from 'node:fs'

const REPLACED = '\ufffd'
/** Variables that name something. */
const VARIABLES = ['DFS_DIR']

export interface Bad { where: string, text: string }

/** Undefined when all are what was typed. Where a system does not say which bytes it were, a text with U+FFFD counts as bad. */
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
