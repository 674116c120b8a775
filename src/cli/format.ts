/** This file formats numbers, times and ids for people. */
import { homedir } from 'node:os'
import prettyBytes from 'pretty-bytes'

export const bytes = (count: number): string => prettyBytes(count)
export const count = (n: number): string => n.toLocaleString('en-US')
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`

/** Returns the first characters of a vault id, which are enough for a person to tell ids apart. */
export const shortVault = (vault: string): string => vault.slice(0, 6)
export const shortVersion = (version: string): string => version.slice(0, 10)

/**
 * Replaces control characters in texts of other people: a label may hold any character, and a
 * terminal obeys control characters.
 */
export const clean = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')

/** Quotes a text as one word of a shell, for commands that a person is told to type. */
export const quote = (text: string): string => /^[\w./~+-]+$/.test(text) ? text : `'${clean(text).replaceAll("'", "'\\''")}'`

/**
 * Adapts a hint of the node, which does not know how its folder was given; `dfs` is the text to
 * type for it here.
 */
export function note (text: string, dfs: string): string {
  return clean(text).replace(/(?<=:\s+|`)dfs (?=[a-z])/g, `${dfs} `)
}

export function home (path: string, folder = homedir()): string {
  return path === folder || path.startsWith(`${folder}/`) ? `~${path.slice(folder.length)}` : path
}

const two = (n: number): string => String(n).padStart(2, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Returns `09:12` today, `20 Nov 09:12` in this year, `20 Nov 2025` before; local time. */
export function when (time: Date, now = new Date()): string {
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`
  if (time.toDateString() === now.toDateString()) return clock
  return time.getFullYear() === now.getFullYear() ? `${day(time, now)} ${clock}` : day(time, now)
}

/** Returns `20 Nov` in this year, `20 Nov 2025` before; local time. */
export function day (time: Date, now = new Date()): string {
  const date = `${time.getDate()} ${MONTHS[time.getMonth()] ?? ''}`
  return time.getFullYear() === now.getFullYear() ? date : `${date} ${time.getFullYear()}`
}

/** Returns `2026-11-20 09:12`, for columns. */
export function date (time: Date): string {
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}`
}

const UNITS: Array<[number, string]> = [[86400e3, 'd'], [3600e3, 'h'], [60e3, 'min'], [1e3, 's']]

/** Returns a duration in the largest unit that fits at least once: `3 d`, `12 min`. */
export function duration (ms: number): string {
  const [size, unit] = UNITS.find(([size]) => ms >= size) ?? [1e3, 's']
  return `${Math.floor(ms / size)} ${unit}`
}

/** Returns a duration in a form that can be typed again: `30d`, `90min`, `1.5s`. */
export function exactDuration (ms: number): string {
  if (ms === 0) return '0'
  const [size, unit] = UNITS.slice(0, 3).find(([size]) => ms % size === 0) ?? [1e3, 's']
  return `${ms / size}${unit}`
}

/** Returns the latency of an answer: `<1 ms`, `12 ms`, `1.2 s`. */
export function latency (ms: number): string {
  if (ms < 1) return '<1 ms'
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}

/**
 * Breaks a text between words into lines of at most `width` characters; a longer word has a line of
 * its own.
 */
export function wrap (text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}

/** Returns rows with aligned columns; the columns in `right` are aligned on the right. */
export function table (rows: string[][], right: number[] = []): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)), [])
  return rows.map((row) => row.map((cell, i) => {
    if (right.includes(i)) return cell.padStart(widths[i] ?? 0)
    return i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)
  }).join('  ').trimEnd())
}
