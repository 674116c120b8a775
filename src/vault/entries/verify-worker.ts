/**
 * This thread verifies entries: the signatures of a first sync take seconds, which must not hold up
 * the event loop.
 */
import { parentPort } from 'node:worker_threads'
import { ProtocolError, type WireCode } from '../../../protocols/errors.js'
import { readEntry } from '../../../protocols/vault/entry.js'

/** `bytes` holds signed entries one behind the other. */
export interface ToVerify { list: number, lengths: number[], bytes: ArrayBuffer }

/**
 * Every entry of the list is valid unless `bad` is set, which describes the first invalid entry.
 */
export interface Verified { list: number, entries: number, bad?: { code: WireCode, message: string, retry: boolean } }

const port = parentPort
if (port === null) throw new Error('this file runs as a worker')

port.on('message', ({ list, lengths, bytes }: ToVerify) => {
  port.postMessage({ list, ...verify(lengths, bytes) } satisfies Verified)
})

/** An error that is not about the entry ends the thread, so nothing counts as verified then. */
function verify (lengths: number[], bytes: ArrayBuffer): Omit<Verified, 'list'> {
  let at = 0
  for (const [entries, length] of lengths.entries()) {
    try {
      readEntry(new Uint8Array(bytes, at, length))
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      return { entries, bad: { code: error.code, message: error.message, retry: error.retry } }
    }
    at += length
  }
  return { entries: lengths.length }
}
