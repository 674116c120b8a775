import type { CID } from 'multiformats/cid'
import { equal } from '../../../protocols/block/hash.js'
import { blocksBelow } from '../../../protocols/block/walk.js'
import { ProtocolError } from '../../../protocols/errors.js'
import type { Upload } from '../../../protocols/store/dialer.js'
import { BlocksUnavailableError } from '../../errors.js'
import type { ProtocolClients } from '../protocol-clients.js'
import type { Receipt } from './live-push.js'
import type { Pushing } from './push-pace.js'

/** Blocks offered at once: enough to hide a round trip, few enough that wanted ones follow soon. */
const OFFER_BLOCKS = 256
/** A version of one block up to this size is sent without asking first. */
const UNASKED_BYTES = 64 * 1024

export interface BlockSource {
  read: (cid: CID, options?: { signal?: AbortSignal }) => Promise<Uint8Array | undefined>
}

/** What is brought to a peer. `id`: that of the entry, 32 bytes. */
export interface PushedVersion { root: CID, bytes: number, entry: Uint8Array, id: Uint8Array }

interface Options {
  signal?: AbortSignal
  onProgress?: (peer: string, bytes: number) => void
  /** Told of each step of the peer. */
  pushing?: Pushing
}

/**
 * Brings one whole version that lies here to `peer`: offers its blocks, sends the wanted ones, then the entry. The
 * receipt is the peer's word that everything below the root, and the entry, are on its disk. Throws what the peer
 * answered, MALFORMED for the receipt of another entry, or BlocksUnavailableError when a block is not here.
 */
export async function pushVersion (links: ProtocolClients, source: BlockSource, peer: string, version: PushedVersion, options: Options = {}): Promise<Receipt> {
  const { signal, pushing } = options
  const step = <T>(work: Promise<T>): Promise<T> => pushing?.step(work) ?? work
  const read = async (cid: CID): Promise<Uint8Array> => {
    const bytes = await source.read(cid, signal === undefined ? {} : { signal })
    if (bytes === undefined) throw new BlocksUnavailableError(`Block ${cid.toString()} is not here`)
    return bytes
  }
  const client = await step(links.store.to(peer, options))
  const upload = await step(client.open({ expected: version.bytes, ...(signal === undefined ? {} : { signal }) }))
  const sent = { peer, blocks: 0, bytes: 0 }
  try {
    const send = async (cid: CID, known?: Uint8Array): Promise<void> => {
      const bytes = known ?? await read(cid)
      await step(upload.send(cid, bytes, signal === undefined ? {} : { signal }))
      sent.blocks++
      sent.bytes += bytes.length
      options.onProgress?.(peer, bytes.length)
    }
    if (version.bytes <= UNASKED_BYTES) {
      await send(version.root)
    } else {
      let batch: Array<{ cid: CID, size: number }> = []
      for await (const block of blocksBelow(version.root, read)) {
        batch.push(block)
        if (batch.length === OFFER_BLOCKS) {
          await offer({ upload, step, signal }, batch, send)
          batch = []
        }
      }
      await offer({ upload, step, signal }, batch, send)
    }
    checkReceipt(await step(upload.done(version.entry, signal === undefined ? {} : { signal })), version.id)
    pushing?.ended()
    return sent
  } catch (error) {
    upload.abort()
    throw error
  }
}

/** A receipt is a promise for the entry that it names, and for no other. */
export function checkReceipt (received: Uint8Array, id: Uint8Array): void {
  if (!equal(received, id)) throw new ProtocolError('MALFORMED', 'The receipt is for another entry', { retry: false })
}

interface Offering { upload: Upload, step: <T>(work: Promise<T>) => Promise<T>, signal: AbortSignal | undefined }

async function offer ({ upload, step, signal }: Offering, batch: Array<{ cid: CID, size: number }>, send: (cid: CID) => Promise<void>): Promise<void> {
  if (batch.length === 0) return
  const wanted = await step(upload.offer(batch.map(({ cid }) => cid), batch.map(({ size }) => size), { signal }))
  for (const [index, { cid }] of batch.entries()) {
    if (wanted[index] === true) await send(cid)
  }
}
