/** The process of an attacker: node main.js ADDRESS BEHAVIOUR… runs them side by side until SIGTERM. */
import { targetOf, type Behaviour } from './target.js'

const [address = '', ...names] = process.argv.slice(2)
const life = new AbortController()
process.once('SIGTERM', () => { life.abort() })
// an attack goes on whatever the node does to it
process.on('uncaughtException', () => {})
process.on('unhandledRejection', () => {})

await Promise.all(names.map(async (name) => {
  const { attack } = await import(`../behaviours/${name}.js`) as { attack: Behaviour }
  await attack(targetOf(address), life.signal).catch((error: unknown) => { process.stderr.write(`${name}: ${String(error)}\n`) })
}))
process.exit(0)
