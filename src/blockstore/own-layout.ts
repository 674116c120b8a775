import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { cidOf, DAG_CBOR, RAW } from '../../protocols/block/cid.js'
import { InvalidOptionError, WrongLayoutError } from '../errors.js'
import type { Directory } from './directory.js'
import { codeOf } from './file-system.js'
import { LAYOUT } from './layout.js'
import type { PathTransform } from './path-transform.js'

/** Where large blocks lie when it is not where this program lays them by itself. */
export interface OwnLayout { blockstore?: object | undefined, pathTransform?: PathTransform | undefined }

/** CIDs whose paths stand for those of all others. */
const SAMPLE = Array.from({ length: 64 }, (_, n) => {
  const bytes = new TextEncoder().encode(`dfs layout ${n}`)
  return [cidOf(RAW, bytes), cidOf(DAG_CBOR, bytes)]
}).flat()

/** @throws InvalidOptionError when two CIDs have one path: the second block would take the place of the first */
export function checkTransform (pathTransform: PathTransform): void {
  const paths = SAMPLE.map((cid) => pathTransform(cid))
  const twice = paths.find((path, at) => paths.indexOf(path) !== at)
  if (twice !== undefined) throw new InvalidOptionError('pathTransform', `two blocks would lie in ${JSON.stringify(twice)}`, 'a function that gives each CID, its codec too, a path of its own')
}

/** The line that a folder keeps; undefined for blocks where this program lays them. */
function describe ({ blockstore, pathTransform }: OwnLayout): string | undefined {
  if (blockstore !== undefined) return 'blockstore'
  if (pathTransform === undefined) return undefined
  return `pathTransform ${createHash('sha256').update(JSON.stringify(SAMPLE.map((cid) => pathTransform(cid)))).digest('hex')}`
}

/**
 * Compares how a folder is opened with how it was before, and makes it remember that. Without its own layout every
 * block in it would look gone, to the machines that count copies too.
 *
 * @param mayChange whether no block lies in a file yet, so that nothing would be missed
 * @throws WrongLayoutError
 */
export async function checkLayout (directory: Directory, given: OwnLayout, mayChange: () => boolean): Promise<void> {
  const [before, now] = [await remembered(directory), describe(given)]
  if (now === before) return
  if (now === undefined || !mayChange()) throw wrong(directory.path, before, now)
  await directory.write(LAYOUT, `${now}\n`)
}

async function remembered (directory: Directory): Promise<string | undefined> {
  try {
    return (await readFile(directory.file(LAYOUT), 'utf8')).trimEnd()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function wrong (dir: string, before: string | undefined, now: string | undefined): WrongLayoutError {
  const [was, is] = [kind(before), kind(now)]
  if (was === undefined) return new WrongLayoutError(`The blocks in ${dir} lie where dfs lays them by itself, and it was opened with another ${is ?? 'layout'}. Nothing was changed. Leave \`${is ?? 'layout'}\` out`)
  if (was === is) return new WrongLayoutError(`${dir} was made with another \`${was}\`, under whose paths its blocks lie. Nothing was changed. Open it with that one`)
  return new WrongLayoutError(`The blocks in ${dir} lie in a place of their own, which the program that made the folder gives to createNode as \`${was}\`, and it was opened without. Nothing was changed. Open it with that program; the command line cannot`)
}

const kind = (line: string | undefined): string | undefined => line?.split(' ')[0]
