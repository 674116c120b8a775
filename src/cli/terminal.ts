/**
 * Reads a text that somebody types or pastes. A terminal is read unbuffered and without echo: a cooked line ends at
 * 1,024 bytes on some systems, and a secret must stand in no scrollback.
 */
import { openSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import { AbortError, InvalidOptionError } from '../errors.js'
import type { Input } from './world.js'

const MAX_TEXT_CHARACTERS = 64 * 1024
/** Arrow keys and the marks of bracketed paste are no text. */
const ESCAPES = /\u001b\[[0-9;]*[A-Za-z~]/g

/** The terminal of this process, where it has one. Close it afterwards. */
export interface Terminal { input: Input, close: () => void }

/** stdin where that is one, else the terminal that the process was started from; undefined for services and pipelines without one. */
export function openTerminal (stdin: Input): Terminal | undefined {
  if (stdin.isTTY === true) return { input: stdin, close: () => {} }
  try {
    const input = new ReadStream(openSync('/dev/tty', 'r'))
    return { input, close: () => { input.destroy() } }
  } catch {
    return undefined
  }
}

/**
 * Until Enter or Ctrl-D; `ready` is called when nothing is echoed any more. Of a text a line break inside what is pasted at once is part, and an empty one is not taken; a
 * line ends at its first break, and what was typed ahead is left for who reads next.
 */
export async function readTerminal (input: Input, signal: AbortSignal, kind: 'text' | 'line' = 'text', ready: () => void = () => {}): Promise<string> {
  let text = ''
  let rest = ''
  input.setRawMode?.(true)
  input.setEncoding('utf8').resume()
  ready()
  try {
    return await new Promise<string>((resolve, reject) => {
      const done = (all: string): void => {
        // nothing more is handed out, so that it waits for the next reader
        input.pause()
        resolve(all)
      }
      input.once('end', () => { resolve(text) })
      signal.addEventListener('abort', () => { reject(signal.reason as Error) }, { once: true })
      if (signal.aborted) reject(signal.reason as Error)
      input.on('data', (piece: string) => {
        const end = kind === 'line' ? piece.search(/[\r\n\u0004]/) : -1
        const taken = end === -1 ? piece : piece.slice(0, end)
        if (taken.includes('\u0003')) return reject(new AbortError('Stopped by Ctrl-C'))
        text = edit(text, taken)
        if (text.length > MAX_TEXT_CHARACTERS) return reject(new InvalidOptionError('-', 'too long', 'one text of dfs'))
        if (end !== -1) {
          rest = piece.slice(end + (piece.startsWith('\r\n', end) ? 2 : 1))
          return done(text)
        }
        if (kind === 'text' && /[\r\n\u0004]$/.test(piece) && text.trim() !== '') done(text)
      })
    })
  } finally {
    input.removeAllListeners('data')
    input.setRawMode?.(false)
    input.pause()
    if (rest !== '') input.unshift(rest, 'utf8')
  }
}

/** Backspace takes the last character, Ctrl-U all of them; other control characters but tab and line break are no text. */
function edit (text: string, piece: string): string {
  for (const character of piece.replace(ESCAPES, '')) {
    if (character === '\u007f' || character === '\b') text = [...text].slice(0, -1).join('')
    else if (character === '\u0015') text = ''
    else if (character >= ' ' || /[\t\r\n]/.test(character)) text += character
  }
  return text
}
