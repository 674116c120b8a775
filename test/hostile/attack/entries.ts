/** Entries that a write member makes at will, and a sync stream of its own over which they go to the node under attack. */
import { randomBytes } from 'node:crypto'
import { encode } from '../../../protocols/block/cbor.js'
import { cidOf, DAG_CBOR } from '../../../protocols/block/cid.js'
import { Channel } from '../../../protocols/framing/channel.js'
import { decodeMessage, encodeMessage, type Message } from '../../../protocols/sync/codec.js'
import { MAX_SYNC_MESSAGE_BYTES, SYNC_PROTOCOL } from '../../../protocols/sync/constants.js'
import { publicKeyOf } from '../../../protocols/vault/ed25519.js'
import { makePut, signEntry, type Author, type PutTerms } from '../../../protocols/vault/make-entry.js'
import type { DfsNode } from '../../../src/api/node.js'
import { inside, secretsOf } from '../../node/cluster.js'
import { memberConnection, memberNode } from './member.js'
import { again, type Target } from './target.js'

/** What one attack leaves in the vault at most. */
const MOST_ENTRIES = 1_000
const PAGE = 100
const NOTHING = { count: 0, sum: new Uint8Array(32) }
/** None in the vault is so high. */
const FIRST_SEQ = 1_000_000

export class Pen {
  #seq = FIRST_SEQ
  #prev: Uint8Array = randomBytes(32)

  constructor (private readonly node: DfsNode) {}

  get author (): Author {
    const { vault, writer = new Uint8Array(32) } = secretsOf(this.node)
    return { vault, epoch: 0, writer, seq: ++this.#seq, prev: this.#prev, time: Date.now() }
  }

  put (name: string, place: Partial<PutTerms>): Uint8Array {
    const root = cidOf(DAG_CBOR, randomBytes(40))
    const keys = inside(this.node).parts.vault.readKeys()
    const made = makePut({ ...this.author, keys, name, lineage: randomBytes(32), seed: randomBytes(16), after: [], clock: 1, root, bytes: 500, key: randomBytes(32), size: 7, ...place })
    this.#prev = made.id
    return made.bytes
  }

  /** Of a kind that is not known yet. @param bytes of what stands in it */
  unknown (bytes: number): Uint8Array {
    const { writer, ...terms } = this.author
    return signEntry(writer, encode({ v: 1, ...terms, writer: publicKeyOf(writer), kind: 'later', body: randomBytes(bytes) }), new Uint8Array(0)).bytes
  }
}

/** Pages of what `make` makes, one as soon as the one before is answered. */
export async function memberEntries (target: Target, signal: AbortSignal, make: (pen: Pen) => Uint8Array, { page = PAGE, most = MOST_ENTRIES } = {}): Promise<void> {
  const pen = new Pen(await memberNode(signal))
  let left = most
  await again(signal, async () => {
    const stream = await (await memberConnection(target, signal)).newStream(SYNC_PROTOCOL, { signal })
    const channel = new Channel(stream, { maxMessageBytes: MAX_SYNC_MESSAGE_BYTES })
    try {
      await emptyRound(channel)
      for (; left > 0; left -= page) await tell(channel, { live: { entries: Array.from({ length: page }, () => make(pen)), records: [] } }, 'heard')
      // what the node says meanwhile is answered, so that the stream lives
      for (;;) await answerOf(channel, 'heard')
    } finally {
      channel.abort(new Error('again'))
    }
  }, 100)
}

/** A round in which nothing is asked: entries may be told after it. */
async function emptyRound (channel: Channel): Promise<void> {
  await tell(channel, { start: { vault: NOTHING, file: NOTHING } }, 'started')
  await channel.write(encodeMessage({ done: {} }))
}

async function tell (channel: Channel, message: Message, answer: keyof Message): Promise<void> {
  await channel.write(encodeMessage(message))
  await answerOf(channel, answer)
}

/** Hears what comes until the answer is there. */
async function answerOf (channel: Channel, answer: keyof Message): Promise<void> {
  for (;;) {
    const bytes = await channel.read({ inactivityMs: Infinity })
    if (bytes === undefined) throw new Error('the node ended the stream')
    const message = decodeMessage(bytes)
    if (message.live !== undefined) await channel.write(encodeMessage({ heard: { left: new Uint8Array(0) } }))
    if (message[answer] !== undefined) return
    if (message.refusal !== undefined) throw new Error(message.refusal.text)
  }
}
