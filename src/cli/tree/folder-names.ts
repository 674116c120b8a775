/**
 * A folder of the vault is only the beginning of names; the words of a command map to folders here.
 */
import { FileNotFoundError } from '../../errors.js'
import type { DfsNode, FileInfo } from '../../api/node.js'

/**
 * `photos`, `photos/` and `./photos` are one folder; `/` and `.` are all of the vault, which is ''.
 */
export const folderOf = (word: string): string => word.replace(/^\.?\/*$/, '').replace(/^\.\//, '').replace(/\/+$/, '').normalize('NFC')

/** Returns the beginning of the names of a folder's files. */
export const prefixOf = (folder: string): string => folder === '' ? '' : `${folder}/`

export async function isFolder (node: DfsNode, folder: string, signal: AbortSignal): Promise<boolean> {
  for await (const _ of node.list({ prefix: prefixOf(folder), limit: 1, signal })) return true
  return false
}

/**
 * Yields the files in a folder and below it, in the order of their names. A node that knows none
 * asks other members once, as it does for a file.
 */
export async function filesBelow (node: DfsNode, folder: string, signal: AbortSignal): Promise<AsyncIterable<FileInfo>> {
  const prefix = prefixOf(folder)
  if (await isFolder(node, folder, signal)) return node.list({ prefix, signal })
  if (folder === '') throw new FileNotFoundError('There is no file in this vault')
  const asked = await node.stat(folder, { signal }).catch((error: unknown) => {
    if (error instanceof FileNotFoundError) return error
    throw error
  })
  if (await isFolder(node, folder, signal)) return node.list({ prefix, signal })
  if (!(asked instanceof FileNotFoundError)) throw new FileNotFoundError(`No name begins with "${prefix}". "${folder}" is a file: leave -r out`)
  const missing = `No file named "${folder}"`
  throw new FileNotFoundError(asked.message.startsWith(missing) ? `No name begins with "${prefix}"${asked.message.slice(missing.length)}` : asked.message, { retry: asked.retry })
}
