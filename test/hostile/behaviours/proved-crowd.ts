/** Many connections of one peer at once. */
import { again, many, type Behaviour } from '../attack/target.js'
import { wire } from '../attack/wire.js'
import { generateKeyPair } from '@libp2p/crypto/keys'

export const attack: Behaviour = async (target, signal) => {
  const privateKey = await generateKeyPair('Ed25519')
  await many(16, async () => again(signal, async () => { await (await wire(target, signal, { privateKey })).closed() }, 50))
}
