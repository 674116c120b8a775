import { InvalidOptionError } from '../errors.js'
import type { FileInfo, MoveOptions } from '../api/node.js'
import { checkName } from '../vault/entries/names.js'
import { lacksTheSame, moveName } from '../vault/entries/name-writer.js'
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

async function mvHere (parts: Uses, from: string, to: string, { signal, force = false }: MoveOptions): Promise<FileInfo> {
  const { vault, downloader } = parts
  const pen = vault.pen('rename files')
  if (checkName(from) === checkName(to)) throw new InvalidOptionError('to', `"${to}" is the name that it has`, 'another name')
  const { asked } = await lookOrAsk(parts, () => vault.lookup(from), signal)
  signal?.throwIfAborted()
  const moved = await moveName(pen, { from, to, force }, vault.commit, lacksTheSame)
  if (moved === undefined) throw notFound(parts, from, asked)
  downloader.wake()
  return moved
}
