/** A plain HTTP server of the files below one folder. No crypto. */
import { once } from 'node:events'
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { serve } from '../lib/worker.js'

const READ_BYTES = 1024 ** 2
let server

serve({
  async listen ({ folder }) {
    server = createServer((request, response) => {
      const path = join(folder, decodeURIComponent(new URL(request.url, 'http://localhost').pathname))
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
      const start = Number(from ?? 0)
      const end = Number(to ?? statSync(path).size - 1)
      response.writeHead(from === undefined ? 200 : 206, { 'content-length': end - start + 1 })
      createReadStream(path, { start, end, highWaterMark: READ_BYTES }).pipe(response)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return server.address().port
  }
}, async () => { server?.closeAllConnections() })
