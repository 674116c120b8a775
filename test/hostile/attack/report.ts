/**
 * Preloaded into the node under attack: writes to the file named by DFS_REPORT, every quarter of a second, its longest pause
 * of the event loop since the last line, its memory, and how long messages of the DHT held the loop.
 */
import { appendFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'
import type { Stream, StreamHandler } from '@libp2p/interface'
import { Calls } from '../../../src/network/kad.js'

const EVERY_MS = 250
const RESOLUTION_MS = 5
// workers load it too
const file = isMainThread ? process.env.DFS_REPORT : undefined

let kad = { kadMs: 0, kadMessages: 0 }

/**
 * From when bytes of the DHT come to when the loop goes on, in processor time of this thread: all that is done for them at
 * once, and for whatever came with them.
 */
function watch (stream: Stream): void {
  stream.addEventListener('message', () => {
    const before = process.threadCpuUsage()
    kad.kadMessages++
    setImmediate(() => {
      const { user, system } = process.threadCpuUsage(before)
      kad.kadMs = Math.max(kad.kadMs, (user + system) / 1000)
    })
  })
}

if (file !== undefined) {
  const { handler } = Calls.prototype
  Calls.prototype.handler = function (inner: StreamHandler) {
    const bounded = handler.call(this, inner)
    return (stream, connection) => {
      watch(stream)
      return bounded(stream, connection)
    }
  }
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  setInterval(() => {
    const { rss, heapUsed } = process.memoryUsage()
    appendFileSync(file, `${JSON.stringify({ delayMs: delay.max / 1e6, rss, heapUsed, ...kad })}\n`)
    delay.reset()
    kad = { kadMs: 0, kadMessages: 0 }
  }, EVERY_MS).unref()
}
