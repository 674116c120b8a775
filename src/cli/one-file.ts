/** A command reports a word that is not the name of a file with these errors. */
import { FileNotFoundError, InvalidOptionError } from '../errors.js'
import type { DfsNode } from '../api/node.js'
import type { Context } from './context.js'
import { quote } from './format.js'

type Where = Pick<Context, 'typed' | 'signal'>

/**
 * Runs `work`, which handles one file. When it throws FileNotFoundError, the error also says that
 * the word is a folder or a pattern.
 *
 * @throws InvalidOptionError for a word that ends in a slash, before `work` runs
 */
export async function oneFile<T> (where: Where, node: Pick<DfsNode, 'list'>, word: string, work: () => Promise<T>): Promise<T> {
  refuseFolder(where, word)
  try {
    return await work()
  } catch (error) {
    throw error instanceof FileNotFoundError ? await notOne(where, node, word, error) : error
  }
}

/**
 * Refuses a word that ends in a slash.
 *
 * @throws InvalidOptionError
 */
export function refuseFolder (where: Where, word: string): void {
  if (word.endsWith('/')) throw new InvalidOptionError('NAME', `"${word}" ends in a slash, so it means a folder`, `a file, or ${insteadOf(where, word)}`)
}

async function notOne (where: Where, node: Pick<DfsNode, 'list'>, word: string, error: FileNotFoundError): Promise<FileNotFoundError> {
  for await (const _ of node.list({ prefix: `${word}/`, limit: 1, signal: where.signal })) {
    return new FileNotFoundError(`"${word}" is no file: it is a folder. It takes ${insteadOf(where, word)}`)
  }
  return isPattern(word) ? new FileNotFoundError(`${error.message.replace(/\.?$/, '.')} ${PATTERN}`, { retry: error.retry }) : error
}

/** Returns the text to type for a folder. */
function insteadOf ({ typed: { command, options } }: Where, word: string): string {
  const folder = quote(word.replace(/\/+$/, ''))
  return options.has('recursive') ? `-r, for all that is in the folder:  dfs ${command} -r ${folder}` : `a file in it:  dfs ls ${folder}/`
}

/** Returns the error for `ls` or `du` when no name begins with the given text. */
export function noName (prefix: string): FileNotFoundError {
  return new FileNotFoundError(`No name begins with "${prefix}".${isPattern(prefix) ? ` ${PATTERN}. All names:  dfs ls` : ''}`)
}

const isPattern = (word: string): boolean => /[*?[]/.test(word)

const PATTERN = 'Patterns such as *.jpg are not understood in names of the vault: * and ? stand for themselves'
