import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..', '..')

/** A small change of a source file that tests should notice. `from` stands in the file once. */
export interface Mutation { file: string, from: string, to: string }

/**
 * The text of the file with the change in it.
 *
 * @throws Error when `from` does not stand in the file exactly once
 */
export function changed ({ file, from, to }: Mutation): string {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const times = source.split(from).length - 1
  if (times !== 1) throw new Error(`${file}: "${from}" stands there ${times} times, not once`)
  return source.replace(from, () => to)
}
