/**
 * A member serves a visitor that shows a valid grant. Spec: protocols/hello/README.md, "Visiting".
 */
import { equal } from '../block/hash.js'
import { ProtocolError } from '../errors.js'
import { checkGrant } from '../vault/grant.js'
import type { Grant, GrantRequest } from '../vault/grant.js'
import type { Grant as Shown } from './messages.js'

/**
 * Checks a grant, the cheapest check first.
 *
 * @throws ProtocolError WRONG_VAULT, then the errors of `checkGrant`
 */
export function checkVisit ({ vault, grant }: Shown, known: Omit<GrantRequest, 'grant'>): Grant {
  if (!equal(vault, known.vaultId)) throw new ProtocolError('WRONG_VAULT', 'The link is for another vault')
  return checkGrant({ ...known, grant: grant.slice() })
}
