/** A process that is made to be killed: makes a vault in the folder, or joins the one of the invite, and says when it is done. */
import { writeSync } from 'node:fs'
import { createNode } from '../../src/index.js'

const [dir = '', invite] = process.argv.slice(2)
await createNode({ dir, listen: ['/ip4/127.0.0.1/tcp/0'], capacity: 1e9, ...(invite === undefined ? {} : { invite }) })
writeSync(1, 'MADE\n')
setInterval(() => {}, 60_000)
