/**
 * Reads invites and recovery codes. A terminal is read unbuffered and without echo: a cooked line ends at 1,024 bytes
 * on some systems, and a recovery code must stand in no scrollback.
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AbortError, InvalidOptionError } from '../errors.js'
import type { Context } from './context.js'
import type { Input } from './world.js'

/** Longer texts are none of ours. */
const MAX_TEXT_CHARACTERS = 64 * 1024

/** An invite as an argument, `-` or `@FILE`. */
export async function readInvite (context: Context, word: string): Promise<string> {
  if (word === '-') return readInput(context, 'Invite: ')
  if (word.startsWith('@')) return readFile(resolve(context.world.cwd, word.slice(1)), 'utf8')
  return word
}

/** A recovery code from `-` or a file; never an argument, which would stay in the shell's history and be seen by `ps`. */
export async function readRecoveryCode (context: Context, word: string): Promise<string> {
  if (word === '-') return readInput(context, 'Recovery code (not shown): ')
  if (/^\s*dfs-/i.test(word)) throw new InvalidOptionError('--check', 'a recovery code is never an argument: shells keep those', '- (asks for it), or a file that holds it')
  return readFile(resolve(context.world.cwd, word), 'utf8')
}

async function readInput ({ world: { stdin, stderr }, signal }: Context, prompt: string): Promise<string> {
  if (stdin.isTTY !== true) return readAll(stdin)
  stderr.write(prompt)
  try {
    return await readTerminal(stdin, signal)
  } finally {
    stderr.write('\n')
  }
}

async function readAll (input: Input): Promise<string> {
  let text = ''
  for await (const piece of input.setEncoding('utf8') as AsyncIterable<string>) {
    text += piece
    if (text.length > MAX_TEXT_CHARACTERS) throw new InvalidOptionError('-', 'too long', 'one text of dfs')
  }
  return text
}

/** Until Enter or Ctrl-D. A line break inside what is pasted at once belongs to the text. */
export async function readTerminal (input: Input, signal: AbortSignal): Promise<string> {
  let text = ''
  input.setRawMode?.(true)
  input.setEncoding('utf8').resume()
  try {
    return await new Promise<string>((resolve, reject) => {
      input.once('end', () => { resolve(text) })
      signal.addEventListener('abort', () => { reject(signal.reason as Error) }, { once: true })
      input.on('data', (piece: string) => {
        if (piece.includes('\u0003')) return reject(new AbortError('Stopped by Ctrl-C'))
        text = edit(text, piece)
        if (text.length > MAX_TEXT_CHARACTERS) return reject(new InvalidOptionError('-', 'too long', 'one text of dfs'))
        if (/[\r\n\u0004]$/.test(piece) && text.trim() !== '') resolve(text)
      })
    })
  } finally {
    input.removeAllListeners('data')
    input.setRawMode?.(false)
    input.pause()
  }
}

/** Backspace takes the last character, Ctrl-U all of them; bracketed paste marks are no text. */
function edit (text: string, piece: string): string {
  for (const character of piece.replace(/\u001b\[20[01]~/g, '')) {
    if (character === '\u007f' || character === '\b') text = text.slice(0, -1)
    else if (character === '\u0015') text = ''
    else text += character
  }
  return text.replace(/\u0004/g, '')
}
