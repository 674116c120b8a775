/**
 * This file reads invites, links, recovery codes and passphrases. Only invites and links may be
 * arguments.
 */
import { resolve } from 'node:path'
import { InvalidOptionError, PassphraseRequiredError } from '../errors.js'
import type { Context } from './context.js'
import { home } from './format.js'
import { readTerminal } from './terminal.js'
import { readBounded, readFile, refused } from './text-file.js'
import type { Input } from './world.js'

const TRIES = 3
const TEXT = '@FILE with the name of a file that holds the text, or - (asks for it, or reads stdin)'
const PASSPHRASE = 'a passphrase in stdin or in a file; on a terminal it is asked for'
const NO_INPUT = 'stdin brought nothing'
const EMPTY_FILE = 'the file holds nothing'

/** The option that reads a piped stdin; only one can. */
const taken = new WeakMap<Input, string>()

/**
 * Reserves stdin for an option. On a terminal each option asks in turn.
 *
 * @throws InvalidOptionError when another option has reserved a piped stdin
 */
export function claimStdin ({ world: { stdin } }: Context, option: string): void {
  if (stdin.isTTY === true) return
  const before = taken.get(stdin)
  if (before !== undefined) throw new InvalidOptionError(option, `stdin is read for ${before} already`, 'a file for one of the two')
  taken.set(stdin, option)
}

/** Reads an invite: an argument, `-` or `@FILE`. */
export const readInvite = async (context: Context, word: string): Promise<string> => readText(context, word, 'INVITE', 'Invite: ')
/** Reads a link: an argument, `-` or `@FILE`. */
export const readLink = async (context: Context, word: string): Promise<string> => readText(context, word, 'LINK', 'Link: ')

/** Reads a text that may be an argument. */
export async function readText (context: Context, word: string, what: string, prompt: string): Promise<string> {
  if (word === '-') return notEmpty(await readDash(context, what, prompt, 'text'), what, NO_INPUT, TEXT)
  if (word.startsWith('@')) return notEmpty(await readNamed(context, word.slice(1), what), what, EMPTY_FILE, TEXT)
  return word
}

/**
 * The name of a file may be told, but what begins like a text of ours is one that was typed in the
 * wrong place.
 */
async function readNamed ({ world }: Context, name: string, what: string): Promise<string> {
  try {
    return await readFile(resolve(world.cwd, name), what)
  } catch (error) {
    const problem = refused(error)
    if (problem === undefined) throw error
    throw new InvalidOptionError(what, `${/^\s*dfs-/i.test(name) ? 'what follows the @ is no file' : `"${name}" cannot be read: ${problem}`}. Nothing was changed`, TEXT)
  }
}

/**
 * Reads a recovery code from `-` or a file. It is never an argument, which would stay in the
 * shell's history and be visible to `ps`.
 */
export async function readRecoveryCode (context: Context, option: string, word: string): Promise<string> {
  if (/^\s*dfs-/i.test(word)) throw new InvalidOptionError(option, 'a recovery code is never an argument: shells keep those', '- (asks for it), or a file that holds it')
  return word === '-' ? readDash(context, option, 'Recovery code (not shown): ', 'text') : readFromFile(context, option, word)
}

/**
 * Reads a passphrase from `-` or a file without one line break at its end. On a terminal a new
 * passphrase is asked for twice.
 */
export async function readPassphrase (context: Context, option: string, word: string | undefined, which: 'now' | 'new'): Promise<string> {
  if (word !== undefined && word !== '-') return notEmpty(withoutBreak(await readFromFile(context, option, word)), option, EMPTY_FILE, PASSPHRASE)
  if (context.world.stdin.isTTY !== true) {
    const problem = word === undefined ? `it was not given, so stdin was read, which brought nothing` : NO_INPUT
    return notEmpty(withoutBreak(await readDash(context, option, '', 'line')), option, problem, PASSPHRASE)
  }
  return which === 'new' ? askTwice(context, option) : readDash(context, option, 'Passphrase (not shown): ', 'line')
}

/**
 * Asks for the passphrase of the folder on the terminal, even where stdin is a pipe.
 *
 * @throws PassphraseRequiredError where there is no terminal
 */
export async function askPassphrase ({ world, dir, signal }: Context): Promise<string> {
  const terminal = world.terminal()
  if (terminal === undefined) {
    throw new PassphraseRequiredError(`The keys in ${home(dir)} are protected by a passphrase, and there is no terminal to ask for it. Give it with --passphrase FILE, or --passphrase - for stdin`)
  }
  try {
    return await prompted(terminal.input, world.stderr, `Passphrase of ${home(dir)} (not shown): `, 'line', signal)
  } finally {
    terminal.close()
  }
}

async function askTwice (context: Context, option: string): Promise<string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const first = await readDash(context, option, 'New passphrase (not shown): ', 'line')
    if (first === '') {
      context.world.stderr.write('It needs at least one character.\n')
      continue
    }
    if (await readDash(context, option, 'Once more: ', 'line') === first) return first
    context.world.stderr.write('The two are not the same.\n')
  }
  throw new InvalidOptionError(option, 'no passphrase was chosen', 'the same text twice')
}

async function readDash (context: Context, option: string, prompt: string, kind: 'text' | 'line'): Promise<string> {
  const { world: { stdin, stderr }, signal } = context
  claimStdin(context, option)
  return stdin.isTTY === true ? prompted(stdin, stderr, prompt, kind, signal) : readBounded(stdin, option)
}

async function prompted (input: Input, stderr: Context['world']['stderr'], prompt: string, kind: 'text' | 'line', signal: AbortSignal): Promise<string> {
  try {
    return await readTerminal(input, signal, kind, () => { stderr.write(prompt) })
  } finally {
    stderr.write('\n')
  }
}

/**
 * Reads a secret from a file. A word that is no file may be the secret itself, so the error does
 * not repeat it.
 */
async function readFromFile ({ world }: Context, option: string, word: string): Promise<string> {
  try {
    return await readFile(resolve(world.cwd, word), option)
  } catch (error) {
    const problem = refused(error)
    if (problem === undefined) throw error
    throw new InvalidOptionError(option, `the file cannot be read: ${problem}. Nothing was changed`, '- (asks for it), or a file that holds it; never the text itself, which shells keep and `ps` shows')
  }
}

function notEmpty (text: string, option: string, problem: string, accepted: string): string {
  if (text.trim() === '') throw new InvalidOptionError(option, `${problem}. Nothing was changed`, accepted)
  return text
}

const withoutBreak = (text: string): string => text.replace(/\r?\n$/, '')
