/** This file is `-r` of the commands that act on names: rm, mv, restore, evict, log, share. */
import { posix } from 'node:path'
import { FileNotFoundError, InvalidOptionError } from '../../errors.js'
import type { DfsNode, Deleted, FileInfo } from '../../api/node.js'
import type { Context } from '../context.js'
import { eachFile, type EachFile, type Ended } from './each-file.js'
import { filesBelow, folderOf, isFolder, prefixOf } from './folder-names.js'
import { FILES_AT_ONCE } from './limits.js'

/** At most this many files are brought from, or offered to, other machines at once. */
export const TRANSFERS_AT_ONCE = 8

/**
 * Returns a word of the command line as a folder.
 *
 * @throws InvalidOptionError for the whole vault
 */
export function oneFolder (word: string, field: string): string {
  const folder = folderOf(word)
  if (folder === '') throw new InvalidOptionError(field, `"${word}" is all of the vault`, 'folders by their names:  dfs ls --folders')
  return folder
}

/**
 * Does `work` for each file in the folder.
 *
 * @throws FileNotFoundError where there is none
 */
export async function eachBelow<R> (context: Context, node: DfsNode, folder: string, each: Omit<EachFile<FileInfo, R>, 'rows' | 'most'> & { most?: number }): Promise<Ended> {
  return eachFile(context, { most: FILES_AT_ONCE, ...each, rows: await filesBelow(node, folder, context.signal) })
}

/**
 * Returns the new name of a folder: below `to` under its own name when `to` ends in a slash, else
 * `to`; `.` is the top of the vault.
 *
 * @throws InvalidOptionError where files would collide
 */
export async function newFolder (node: DfsNode, from: string, to: string, signal: AbortSignal): Promise<string> {
  const target = to.endsWith('/') ? prefixOf(folderOf(to)) + posix.basename(from) : folderOf(to)
  const [source, aim] = [prefixOf(from), prefixOf(target)]
  if (aim.startsWith(source)) throw new InvalidOptionError('NEW-NAME', `"${target}" ${target === from ? 'is the name that it has' : `lies in "${from}" itself`}`, 'another folder')
  // moved names would be listed among the names that are still to be moved
  const inside = source + source.slice(aim.length)
  if (source.startsWith(aim) && await isFolder(node, folderOf(inside), signal)) {
    throw new InvalidOptionError('NAME', `there is a folder "${folderOf(inside)}" in it, which would take its place`, `that one first, under another name:  dfs mv -r ${folderOf(inside)} OTHER-NAME`)
  }
  return target
}

/**
 * Yields the deleted files of a folder, the newest deletes last. `since` excludes earlier deletes.
 *
 * @throws FileNotFoundError where none is known
 */
export async function deletedBelow (node: DfsNode, folder: string, since: Date | undefined, signal: AbortSignal): Promise<AsyncIterable<Deleted>> {
  const prefix = prefixOf(folder)
  const rows = async function * (): AsyncGenerator<Deleted> {
    for await (const row of node.deleted({ prefix, signal })) if (since === undefined || row.time >= since) yield row
  }
  for await (const _ of rows()) return rows()
  throw new FileNotFoundError(`No file in "${prefix}" is deleted${since === undefined ? '' : ' since then'}, as far as this machine knows. Of a file that is there: restore without -r`)
}
