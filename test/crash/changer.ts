/** A process that is made to be killed: changes the passphrase of a folder's keys, and says when it is done. */
import { writeSync } from 'node:fs'
import { createNode } from '../../src/index.js'

const [dir = '', from = '', to = ''] = process.argv.slice(2)
const node = await createNode({ dir, passphrase: from, start: false })
writeSync(1, 'OPEN\n')
await node.changePassphrase({ from, to })
writeSync(1, 'CHANGED\n')
setInterval(() => {}, 60_000)
