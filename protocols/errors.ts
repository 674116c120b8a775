/**
 * All protocols share one class of error. Spec: protocols/README.md, "Errors". The number is sent;
 * the name is for people and tests; `retry` says whether the same request may succeed later.
 */
export const WIRE_CODES = {
  /** The bytes are no message of this protocol. */
  MALFORMED: 1,
  /** The peer showed no valid membership. Finding this out costs one HMAC. */
  REFUSED: 2,
  /** The peer is a member, but its role does not allow this. */
  NOT_ALLOWED: 3,
  /** There is no room for the bytes: quota, capacity or reserve. */
  NO_SPACE: 4,
  /** The store accepts no writes at present. */
  READ_ONLY: 5,
  /** A limit of the protocol's spec was exceeded. */
  LIMIT: 6,
  /**
   * The manifest or entry is invalid. The fault is its writer's, not that of the peer that sent it.
   */
  INVALID_DATA: 7,
  /** The bytes do not match the CID. */
  HASH_MISMATCH: 8,
  /** Blocks below the root, or the entry's ancestors, are missing. */
  INCOMPLETE: 9,
  EXPIRED: 10,
  USED_UP: 11,
  REVOKED: 12,
  WRONG_VAULT: 13,
  /** This member cannot admit; the answer names members that can. */
  NOT_A_WITNESS: 14,
  /** No message came within the time that the spec allows. */
  TIMEOUT: 15,
  /** The requested version or feature is unknown here. */
  UNSUPPORTED: 16,
  /** The chain of admits of a writer or member is not known here yet. */
  UNKNOWN_WRITER: 17,
  /** The other side failed for a reason of its own. */
  INTERNAL: 18,
  /** The stream or connection ended before the conversation did. */
  CLOSED: 19
} as const

export type WireCode = keyof typeof WIRE_CODES

const RETRY = new Set<WireCode>(['NO_SPACE', 'READ_ONLY', 'LIMIT', 'INCOMPLETE', 'TIMEOUT', 'UNKNOWN_WRITER', 'INTERNAL', 'CLOSED', 'NOT_A_WITNESS'])

export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly code: WireCode
  /** The number that is sent on the wire. */
  readonly wire: number
  readonly retry: boolean

  constructor (code: WireCode, message: string, options: { retry?: boolean, cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.wire = WIRE_CODES[code]
    this.retry = options.retry ?? RETRY.has(code)
  }
}

/** Returns the error for a number from the wire; an unknown number is INTERNAL. */
export function fromWire (wire: number, retry: boolean, text: string): ProtocolError {
  const known = Object.entries(WIRE_CODES).find(([, value]) => value === wire)
  return new ProtocolError((known?.[0] ?? 'INTERNAL') as WireCode, text, { retry })
}
