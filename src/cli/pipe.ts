/**
 * A named pipe can be the target of a get. No thread ever blocks on it, since a process cannot end
 * before its threads.
 */
import { constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { addAbortSignal } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { Target } from './target.js'

/**
 * A pipe without a reader is tried again at this interval: a system reports the reader only to a
 * blocked thread.
 */
const LOOK_AGAIN_MS = 50

/** Opens a pipe and waits for its reader. */
export async function openPipe (path: string, signal: AbortSignal): Promise<Target> {
  const socket = new Socket({ fd: await opened(path, signal), readable: false, writable: true })
  addAbortSignal(signal, socket)
  // the write reports the failure
  socket.on('error', () => {})
  return {
    path,
    write: async (bytes) => new Promise((resolve, reject) => { socket.write(bytes, (error) => { if (error == null) resolve(); else reject(error) }) }),
    finish: async () => new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.end(resolve)
    }),
    discard: async () => { socket.destroy() }
  }
}

async function opened (path: string, signal: AbortSignal): Promise<number> {
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
    }
    await wait(LOOK_AGAIN_MS, undefined, { signal }).catch(() => { signal.throwIfAborted() })
  }
}
