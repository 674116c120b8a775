/**
 * A process that is made to be killed: opens the folder, checks all that it was told was acknowledged before, then puts
 * one file after the other and says each step on stdout, one word a line, written at once.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeSync } from 'node:fs'
import { createNode } from '../../src/index.js'

const [dir = '', first = '', sizes = '', known = ''] = process.argv.slice(2)
const say = (line: string): void => { writeSync(1, `${line}\n`) }

const node = await createNode({ dir, listen: ['/ip4/127.0.0.1/tcp/0'], capacity: 20e9 })
const hashes = JSON.parse(readFileSync(known, 'utf8')) as { attempted: Record<string, string[]>, acknowledged: string[] }
const listed: string[] = []
for await (const { name } of node.list()) listed.push(name)
for (const name of hashes.acknowledged) if (!listed.includes(name)) say(`LOST ${name}`)
for (const name of listed) {
  const hash = createHash('sha256')
  for await (const piece of node.get(name)) hash.update(piece)
  if (!(hashes.attempted[name] ?? []).includes(hash.digest('hex'))) say(`WRONG ${name}`)
}
say('CHECKED')
for (let n = Number(first); ; n++) {
  const list = sizes.split(',').map(Number)
  const bytes = randomBytes(list[n % list.length] ?? 0)
  const name = `f-${n}`
  say(`TRY ${name} ${createHash('sha256').update(bytes).digest('hex')}`)
  await node.put(name, (function * () { for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000) })(), {
    onProgress: ({ type }) => { say(type) }
  })
  say(`ACK ${name}`)
}
