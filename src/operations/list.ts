import { InvalidOptionError } from '../errors.js'
import type { FileInfo, FolderInfo, ListOptions } from '../api/node.js'
import type { Components } from './components.js'

/**
 * Yields names, and with a delimiter folders, in the order of their bytes. Rows are read in pages
 * when they are asked for.
 */
export function * list ({ vault }: Pick<Components, 'vault'>, options: ListOptions & { delimiter?: string }): Generator<FileInfo | FolderInfo> {
  const { prefix = '', delimiter, after, limit = Infinity } = options
  checkText('prefix', prefix)
  if (after !== undefined) checkText('after', after)
  if (limit !== Infinity && (!Number.isSafeInteger(limit) || limit < 1)) throw new InvalidOptionError('limit', `${limit} is not a number of rows`, 'a whole number from 1')
  if (delimiter !== undefined) checkDelimiter(delimiter)
  let left = limit
  for (const row of delimiter === undefined ? vault.list(prefix, after) : vault.folders(prefix, delimiter, after)) {
    yield row
    if (--left === 0) return
  }
}

export function checkDelimiter (delimiter: string): void {
  checkText('delimiter', delimiter)
  if (delimiter === '') throw new InvalidOptionError('delimiter', 'empty', "text, such as '/'")
}

export function checkText (field: string, value: string): void {
  if (typeof value !== 'string' || !value.isWellFormed()) throw new InvalidOptionError(field, 'not a text', 'text without halves of surrogate pairs')
}
