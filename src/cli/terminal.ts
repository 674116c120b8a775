/**
 * This file reads a text that a person types or pastes. The terminal is read unbuffered and without
 * echo: a buffered line ends at 1,024 bytes on some systems, and a secret must not stay in the
 * scrollback.
 */
import { openSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import { AbortError, InvalidOptionError } from '../errors.js'
import type { Input } from './world.js'

const MAX_TEXT_CHARACTERS = 64 * 1024
/** Arrow keys and the marks of bracketed paste are no text. */
const ESCAPES = /\u001b\[[0-9;]*[A-Za-z~]/g

/** The terminal of this process; its user closes it afterwards. */
export interface Terminal { input: Input, close: () => void }

/**
 * Returns stdin where that is a terminal, else the terminal that started the process; undefined for
 * services and pipelines without one.
 */
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
 * Reads until Enter or Ctrl-D; `ready` is called once echo is off. A `text` includes line breaks
 * inside one paste, and an empty text is not accepted. A `line` ends at its first break, and the
 * rest is left for the next reader.
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
        // later input waits for the next reader
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

/**
 * Applies typed characters: Backspace removes the last one, Ctrl-U all of them; other control
 * characters except tab and line break are dropped.
 */
function edit (text: string, piece: string): string {
  for (const character of piece.replace(ESCAPES, '')) {
    if (character === '\u007f' || character === '\b') text = [...text].slice(0, -1).join('')
    else if (character === '\u0015') text = ''
    else if (character >= ' ' || /[\t\r\n]/.test(character)) text += character
  }
  return text
}
