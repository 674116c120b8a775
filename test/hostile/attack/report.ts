/** Preloaded into the node under attack: writes its longest pause of the event loop since the last line, and its memory, to the file named by DFS_REPORT. */
import { appendFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const EVERY_MS = 250
const RESOLUTION_MS = 5
// workers load it too
const file = isMainThread ? process.env.DFS_REPORT : undefined
if (file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  setInterval(() => {
    const { rss, heapUsed } = process.memoryUsage()
    appendFileSync(file, `${JSON.stringify({ delayMs: delay.max / 1e6, rss, heapUsed })}\n`)
    delay.reset()
  }, EVERY_MS).unref()
}
