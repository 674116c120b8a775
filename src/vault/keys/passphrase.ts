/**
 * A passphrase becomes a key by argon2id, on a thread of its own and slowly on purpose, so that
 * guessing is slow too.
 */
import { argon2, createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import type { AbortOptions } from '@libp2p/interface'
import { InvalidOptionError, KeyringError } from '../../errors.js'

/**
 * The cost of one derivation. The header of the keyring holds it, so that a later dfs can ask for
 * more.
 */
export interface Cost {
  /** KiB, from 64 MiB to 1 GiB. */
  memory: number
  /** Passes over the memory, 3..10. */
  passes: number
  /** Threads that share the work, 1..8. */
  lanes: number
}

/** The cost and the salt of one passphrase. */
export interface Stretch extends Cost { salt: Uint8Array }

/** One derivation takes 0.8 s on two cores of a small virtual machine (docs/decisions.md). */
export const DEFAULT_COST: Cost = { memory: 256 * 1024, passes: 3, lanes: 4 }
/**
 * A lower cost is too cheap to guess; a higher one exceeds the memory or the patience of a small
 * machine.
 */
export const COST_LIMITS: Record<keyof Cost, readonly [least: number, most: number]> = { memory: [64 * 1024, 1024 * 1024], passes: [3, 10], lanes: [1, 8] }
export const STRETCH_SALT_BYTES = 32
const KEY_BYTES = 32
/** A longer text is refused: it is probably the wrong file. */
export const MAX_PASSPHRASE_BYTES = 64 * 1024

export const newStretch = (cost: Cost = DEFAULT_COST): Stretch => ({ ...cost, salt: new Uint8Array(randomBytes(STRETCH_SALT_BYTES)) })

/**
 * Checks that a cost is within the limits.
 * @throws KeyringError
 */
export function checkCost (cost: Cost): void {
  for (const [name, [least, most]] of Object.entries(COST_LIMITS) as Array<[keyof Cost, [number, number]]>) {
    if (cost[name] < least || cost[name] > most) throw new KeyringError(`The keyring asks for an argon2id ${name} of ${cost[name]}; ${least} to ${most} is accepted`)
  }
}

/**
 * Checks the form of a passphrase.
 * @throws InvalidOptionError that names `field` and never repeats the text
 */
export function checkPassphrase (field: string, text: string): void {
  passphraseBytes(field, text).fill(0)
}

/** A new passphrase has at least this many characters, unless `force` is set. */
export const MIN_PASSPHRASE_CHARACTERS = 8

/**
 * Checks a new passphrase. A thief of the folder can guess without limit, so a short passphrase
 * protects nothing.
 * @throws InvalidOptionError that names `field` and never repeats the text
 */
export function checkNewPassphrase (field: string, text: string, { force = false }: { force?: boolean } = {}): void {
  checkPassphrase(field, text)
  const characters = [...text.normalize('NFC')].length
  if (!force && characters < MIN_PASSPHRASE_CHARACTERS) {
    throw new InvalidOptionError(field, `${characters} ${characters === 1 ? 'character' : 'characters'}: whoever gets hold of the folder tries out all passphrases that short`, `at least ${MIN_PASSPHRASE_CHARACTERS} characters (five words are better), or \`force\``)
  }
}

/**
 * Derives the key of a passphrase. The text is normalised to NFC, so that an é is the same from
 * every keyboard. Case, spaces and all other characters count.
 * @throws KeyringError before any work when the cost is outside the limits; the reason of the
 * signal
 */
export async function stretched (passphrase: string, { salt, memory, passes, lanes }: Stretch, options: AbortOptions = {}): Promise<KeyObject> {
  checkCost({ memory, passes, lanes })
  options.signal?.throwIfAborted()
  const message = passphraseBytes('passphrase', passphrase)
  const { promise, resolve, reject } = Promise.withResolvers<KeyObject>()
  argon2('argon2id', { message, nonce: salt, memory, passes, parallelism: lanes, tagLength: KEY_BYTES }, (error, bytes) => {
    message.fill(0)
    if (error !== null) return reject(new KeyringError('The passphrase could not be turned into a key: this machine may have too little memory', { cause: error }))
    const key = createSecretKey(bytes)
    bytes.fill(0)
    resolve(key)
  })
  const onAbort = (): void => { reject(options.signal?.reason as Error) }
  options.signal?.addEventListener('abort', onAbort, { once: true })
  try {
    return await promise
  } finally {
    options.signal?.removeEventListener('abort', onAbort)
  }
}

function passphraseBytes (field: string, text: string): Buffer {
  const accepted = `a text of 1 to ${MAX_PASSPHRASE_BYTES} bytes`
  if (!text.isWellFormed()) throw new InvalidOptionError(field, 'not valid Unicode', accepted)
  const bytes = Buffer.from(text.normalize('NFC'), 'utf8')
  if (bytes.length === 0 || bytes.length > MAX_PASSPHRASE_BYTES) throw new InvalidOptionError(field, bytes.length === 0 ? 'empty' : 'too long', accepted)
  return bytes
}
