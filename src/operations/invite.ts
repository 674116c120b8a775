import { DEFAULT_INVITE_MS } from '../defaults.js'
import { InvalidOptionError, NotAllowedError } from '../errors.js'
import type { InviteOptions, Role } from '../api/node.js'
import { ROLES } from '../api/node.js'
import type { Components } from './components.js'

/** An invite holds at most this many addresses (protocols/vault/README.md, "Texts"). */
const MAX_INVITE_ADDRESSES = 4
const MAX_USES = 10_000

/**
 * Returns text with which a node is admitted with a role, until it expires.
 * @throws NotAllowedError, InvalidOptionError
 */
export async function invite ({ vault }: Pick<Components, 'vault'>, addresses: string[], options: InviteOptions): Promise<string> {
  if (vault.role !== 'owner') throw new NotAllowedError(`This node has role ${vault.role}: only owners invite`)
  if (!ROLES.includes(options.role)) throw new InvalidOptionError('role', `"${String(options.role)}" is no role`, ROLES.join(', '))
  const expires = expiry(options.expires ?? DEFAULT_INVITE_MS)
  const uses = options.uses ?? 1
  if (!Number.isInteger(uses) || uses < 1 || uses > MAX_USES) throw new InvalidOptionError('uses', `${uses} is not a number of uses`, `a whole number from 1 to ${MAX_USES}`)
  return vault.createInvite({
    role: options.role satisfies Role,
    expires,
    uses,
    label: text('label', options.label),
    operator: text('operator', options.operator),
    addresses: addresses.slice(0, MAX_INVITE_ADDRESSES)
  })
}

/** Returns milliseconds since 1970. */
export function expiry (expires: Date | number): number {
  const time = expires instanceof Date ? expires.getTime() : Date.now() + expires
  if (!Number.isFinite(new Date(time).getTime()) || time <= Date.now()) throw new InvalidOptionError('expires', 'not a time to come', 'a Date in the future, or milliseconds from now')
  return Math.floor(time)
}

/** A label or an operator has at most this many bytes (protocols/vault/README.md, "Members"). */
const MAX_TEXT_BYTES = 64

export function text (field: string, value = ''): string {
  const accepted = `text of at most ${MAX_TEXT_BYTES} bytes without control characters`
  if (typeof value !== 'string' || !value.isWellFormed() || new TextEncoder().encode(value).length > MAX_TEXT_BYTES) throw new InvalidOptionError(field, 'too long, or no text', accepted)
  if (hasControls(value)) throw new InvalidOptionError(field, 'with control characters', accepted)
  return value
}

/**
 * Tests for C0, DEL, C1 and the characters that turn the direction of text. A terminal obeys them,
 * and no name that a person reads needs them.
 */
export const hasControls = (value: string): boolean => /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(value)
