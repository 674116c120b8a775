/** A process with a door and one large file, to be killed. */
import { serveRpc } from '../../src/rpc/server.js'
import { FakeNode } from './fake-node.js'

const [, , dir] = process.argv
if (dir === undefined) throw new Error('no folder')
const node = new FakeNode()
await node.put('big', [new Uint8Array(64 * 1024 ** 2)])
await serveRpc(node, dir, { env: {} })
process.send?.(dir)
