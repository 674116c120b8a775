import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { asBytes, asInt, asList, asMap, asText, decode, encode } from '../../../protocols/block/cbor.js'
import { MAX_ADMITS_BYTES } from '../../../protocols/hello/constants.js'
import { KeyringError } from '../../errors.js'
import { replaceFile } from '../../disk/replace-file.js'

/**
 * A greeting is the data that a node needs for hello when its index is lost. It is public: every
 * hello shows the admits to the peer.
 */
export interface Greeting {
  /**
   * The node's own admit, then the admits of the writers that lead to the vault key, each as
   * signed.
   */
  admits: Uint8Array[]
  /** Addresses at which members were reached. */
  places: Array<{ peer: string, address: string }>
}

export const ADMITS_FILE = 'admits'
const VERSION = 1
/** At most this many addresses are kept. */
const MAX_PLACES = 64
const MAX_PLACE_CHARACTERS = 512
const MAX_FILE_BYTES = 4 * MAX_ADMITS_BYTES + 2 * MAX_PLACES * MAX_PLACE_CHARACTERS

/* The file is admits = DAG-CBOR { v: 1, admits: [bytes, …], places: [[peer, multiaddr], …] }. */

/** Writes the file durably in one step, unless its content is the same. */
export async function saveGreeting (dir: string, { admits, places }: Greeting): Promise<void> {
  const some = places.filter(({ peer, address }) => peer.length + address.length <= MAX_PLACE_CHARACTERS).slice(0, MAX_PLACES)
  const bytes = encode({ v: VERSION, admits, places: some.map(({ peer, address }) => [peer, address]) })
  const path = join(dir, ADMITS_FILE)
  const before = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (before?.equals(bytes) === true) return
  await replaceFile(path, bytes)
}

/**
 * Reads the file without checking signatures. Returns undefined when there is none.
 * @throws KeyringError when the file is damaged
 */
export async function loadGreeting (dir: string): Promise<Greeting | undefined> {
  const path = join(dir, ADMITS_FILE)
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (found === undefined) return undefined
  try {
    if (found.size > MAX_FILE_BYTES) throw new RangeError('too long')
    const map = asMap(decode(new Uint8Array(await readFile(path)), { maxBytes: MAX_FILE_BYTES }), ['v', 'admits', 'places'])
    asInt(map.v, { min: VERSION, max: VERSION })
    return {
      admits: asList(map.admits).map((each) => asBytes(each).slice()),
      places: asList(map.places, { max: MAX_PLACES }).flatMap((each) => {
        const [peer, address] = asList(each, { min: 2, max: 2 }).map((text) => asText(text))
        return peer !== undefined && address !== undefined && isAddress(address) ? [{ peer, address }] : []
      })
    }
  } catch (cause) {
    if (cause instanceof Error && 'syscall' in cause) throw cause
    throw new KeyringError(`${path} is damaged: it says by what this machine is a member`, { cause })
  }
}

function isAddress (text: string): boolean {
  try {
    return multiaddr(text).getComponents().length > 0
  } catch {
    return false
  }
}
