/**
 * People copy these texts: a prefix, then base32 of DAG-CBOR and a checksum. Spec:
 * protocols/vault/README.md, "Texts". The checksum tells a mistyped text (TextError, problem
 * `checksum`) from a complete text with wrong content. No error repeats a part of the text, because
 * the text is a secret.
 */
import { decode, encode, asBytes, asInt, asMap } from '../block/cbor.js'
import { equal, label, sha256 } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { SECRET_BYTES } from './keys.js'
import { MAX_TEXT_CBOR_BYTES } from './limits.js'

export const RECOVERY_PREFIX = 'dfs-recovery1'
export const INVITE_PREFIX = 'dfs-invite1'
export const LINK_PREFIX = 'dfs-link1'
export const TEXT_CHECKSUM_BYTES = 4
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
/** A reader drops these characters wherever they stand. */
const WHITE = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]/g
const TEXT_LABEL = label('text')
const TEXT_VERSION = 1
/** A longer input is refused unread; every valid text is far shorter. */
const MAX_INPUT_CHARACTERS = 64 * 1024

export type TextProblem =
  /** The text is of another kind, or none of dfs. */
  | 'prefix'
  /** The text has a character that base32 does not have. */
  | 'characters'
  /** The text is mistyped, cut off, or has something added. */
  | 'checksum'
  /** The text is complete, but its content is not valid for this kind. */
  | 'form'

/** The text is unusable; `problem` lets a caller tell a person why. Code: MALFORMED. */
export class TextError extends ProtocolError {
  readonly problem: TextProblem
  constructor (problem: TextProblem, message: string, options: { cause?: unknown } = {}) {
    super('MALFORMED', message, options)
    this.problem = problem
  }
}

/**
 * Returns the prefix and base32 of DAG-CBOR(value) ‖ checksum, in lower case without separators.
 */
export function encodeText (prefix: string, value: unknown): string {
  const cbor = encode(value)
  return prefix + base32(Buffer.concat([cbor, checksum(prefix, cbor)]))
}

/**
 * Returns the value of a text with this prefix. White space and case are ignored.
 *
 * @throws TextError
 */
export function decodeText (prefix: string, text: string): unknown {
  if (text.length > MAX_INPUT_CHARACTERS) throw new TextError('form', 'The text is too long')
  const clean = text.replace(WHITE, '').replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  if (!clean.startsWith(prefix)) throw new TextError('prefix', `The text does not begin with ${prefix}`)
  const bytes = unbase32(clean.slice(prefix.length))
  if (bytes.length <= TEXT_CHECKSUM_BYTES) throw new TextError('checksum', 'The text is cut off')
  const cbor = bytes.subarray(0, -TEXT_CHECKSUM_BYTES)
  if (!equal(checksum(prefix, cbor), bytes.subarray(-TEXT_CHECKSUM_BYTES))) throw new TextError('checksum', 'The text is mistyped or incomplete')
  return inForm(() => decode(cbor, { maxBytes: MAX_TEXT_CBOR_BYTES }))
}

/**
 * Runs checks of the content of a complete text and turns MALFORMED into a TextError with problem
 * `form`.
 */
export function inForm<T> (check: () => T): T {
  try {
    return check()
  } catch (cause) {
    if (cause instanceof ProtocolError && cause.code === 'MALFORMED') throw new TextError('form', 'The text is whole, but does not say what it should', { cause })
    throw cause
  }
}

/** Returns the recovery code of a vault secret. */
export function recoveryText (secret: Uint8Array): string {
  return encodeText(RECOVERY_PREFIX, { v: TEXT_VERSION, secret: asBytes(secret, SECRET_BYTES) })
}

/**
 * Returns the vault secret of a recovery code. The caller compares the vault id.
 *
 * @throws TextError
 */
export function readRecoveryText (text: string): Uint8Array {
  const value = decodeText(RECOVERY_PREFIX, text)
  return inForm(() => {
    const { v, secret } = asMap(value, ['v', 'secret'])
    asInt(v, { min: TEXT_VERSION, max: TEXT_VERSION })
    return asBytes(secret, SECRET_BYTES)
  })
}

function checksum (prefix: string, cbor: Uint8Array): Uint8Array {
  return sha256(TEXT_LABEL, Buffer.from(`${prefix}\0`, 'ascii'), cbor).subarray(0, TEXT_CHECKSUM_BYTES)
}

/** Returns base32 by RFC 4648, in lower case without padding. */
export function base32 (bytes: Uint8Array): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held & 0x1f) << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET.charAt((held >> bits) & 0x1f)
    }
  }
  return bits === 0 ? text : text + ALPHABET.charAt((held << (5 - bits)) & 0x1f)
}

/**
 * Returns the bytes of lower-case base32 without padding.
 *
 * @throws TextError for another character, or unused bits that are not zero
 */
export function unbase32 (text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor(text.length * 5 / 8))
  let held = 0
  let bits = 0
  let at = 0
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter)
    if (value < 0) throw new TextError('characters', 'The text holds a character that does not belong there')
    held = ((held & 0x7f) << 5) | value
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >> bits) & 0xff
    }
  }
  if (bits >= 5 || (held & ((1 << bits) - 1)) !== 0) throw new TextError('checksum', 'The text is cut off')
  return bytes
}
