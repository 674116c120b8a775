import { readFileSync } from 'node:fs'

/** What recorder.c writes, one call each; paths are absolute. */
export type Call =
  | { kind: 'open', fd: number, create: boolean, empty: boolean, path: string }
  | { kind: 'close' | 'sync' | 'mmap', fd: number }
  | { kind: 'write', fd: number, at: number, bytes: Buffer }
  | { kind: 'truncate', fd: number, length: number }
  | { kind: 'rename' | 'link', from: string, to: string }
  | { kind: 'remove' | 'mkdir', path: string }

/** @throws Error naming what was recorded that cannot be replayed */
export function readLog (path: string): Call[] {
  const log = readFileSync(path)
  const calls: Call[] = []
  let at = 0
  const line = (): string => {
    const end = log.indexOf(10, at)
    const text = log.toString('utf8', at, end)
    at = end + 1
    return text
  }
  const bytes = (length: number): Buffer => log.subarray(at, at += length)
  while (at < log.length) calls.push(callOf(line(), line, bytes))
  return calls
}

function callOf (text: string, line: () => string, bytes: (length: number) => Buffer): Call {
  const [kind = '', first = '', ...rest] = text.split(' ')
  const path = text.slice(kind.length + 1)
  switch (kind) {
    case 'open': return { kind, fd: Number(first), create: rest[0] === '1', empty: rest[1] === '1', path: rest.slice(3).join(' ') }
    case 'close': case 'sync': case 'mmap': return { kind, fd: Number(first) }
    case 'write': return { kind, fd: Number(first), at: Number(rest[0]), bytes: bytes(Number(rest[1])) }
    case 'truncate': return { kind, fd: Number(first), length: Number(rest[0]) }
    case 'rename': case 'link': return { kind, from: path, to: line() }
    case 'remove': case 'mkdir': return { kind, path }
    default: throw new Error(`the rig cannot replay "${text}"`)
  }
}
