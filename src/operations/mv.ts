import { InvalidOptionError } from '../errors.js'
import type { FileInfo, MoveOptions } from '../api/node.js'
import { checkName } from '../vault/entries/names.js'
import { lacksTheSame, moveName } from '../vault/entries/name-writer.js'
import { checkIfVersion } from '../vault/entries/precondition.js'
import { lookOrAsk, notFound } from './ask.js'
import { heardBy } from './heard-by.js'
import type { Components } from './components.js'

type Uses = Pick<Components, 'directory' | 'downloader' | 'peers' | 'sync' | 'vault' | 'waits'>

/**
 * Puts the newest version of `from` under `to` and deletes `from`, both or neither. No block moves.
 * With `force`, the version of `to` stays in the history of `to`.
 * @throws FileExistsError when `to` means something and `force` is false
 */
export async function mv (parts: Uses, from: string, to: string, options: MoveOptions = {}): Promise<FileInfo> {
  return heardBy(parts, options, ({ name }) => `That "${from}" is "${name}" now`, () => mvHere(parts, from, to, options))
}

/**
 * Puts the newest version of `from` under `to` too. No block moves, and both names share their
 * blocks.
 * @throws FileExistsError when `to` means something and `force` is false
 */
export async function copy (parts: Uses, from: string, to: string, options: MoveOptions = {}): Promise<FileInfo> {
  return heardBy(parts, options, ({ name }) => `The copy "${name}"`, () => mvHere(parts, from, to, options, true))
}

async function mvHere (parts: Uses, from: string, to: string, { signal, force = false, ifVersion, ifTarget }: MoveOptions, keep = false): Promise<FileInfo> {
  const { vault, downloader } = parts
  checkIfVersion(ifVersion)
  checkIfVersion(ifTarget, 'ifTarget')
  const pen = vault.pen(keep ? 'copy files' : 'rename files')
  if (checkName(from) === checkName(to)) throw new InvalidOptionError('to', `"${to}" is the name that it has`, 'another name')
  const { asked } = await lookOrAsk(parts, () => vault.lookup(from), signal)
  signal?.throwIfAborted()
  const moved = await moveName(pen, { from, to, keep, force, ifVersion, ifTarget }, vault.commit, lacksTheSame)
  if (moved === undefined) throw notFound(parts, from, asked)
  downloader.wake()
  return moved
}
