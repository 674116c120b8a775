/** Holds what a README says against the constants and the vectors. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..', '..')
/** Style rule of all protocol READMEs: these, in this order. */
const HEADINGS = ['Purpose and non-goals', 'Roles', 'Conversation', 'Messages', 'Limits', 'Errors', 'Security', 'Changes']

export async function readme (folder: string): Promise<string> {
  return readFile(join(root, 'protocols', folder, 'README.md'), 'utf8')
}

/** Title with the id, then the headings of the style, in order. */
export function checkHeadings (text: string, id: string): void {
  assert.ok(text.startsWith(`# \`${id}\``))
  assert.deepEqual([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading), HEADINGS)
}

/** The table under "Limits" names each number of the constants, with its value, and nothing else. */
export function checkLimits (text: string, constants: Record<string, unknown>): void {
  const said: Record<string, number> = {}
  for (const [, name = '', value = ''] of text.matchAll(/^\| `([A-Z_]+)` \| ([\d,]+) \|/gm)) said[name] = Number(value.replaceAll(',', ''))
  assert.deepEqual(said, Object.fromEntries(Object.entries(constants).filter(([, value]) => typeof value === 'number')))
}

/** The lines `name   hex` of the worked example. */
export function workedHex (text: string): Map<string, string> {
  return new Map([...text.matchAll(/^([\w ]+?) +((?:[0-9a-f]{2})+)$/gm)].map(([, name = '', hex = '']) => [name, hex]))
}
