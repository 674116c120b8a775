/**
 * A placement order counts members by operator. Spec: protocols/placement/README.md, "Operator".
 */

/**
 * Returns the operator in a member's certificate. A certificate without one gives the operator of
 * the invite, so all members of that invite are one operator: anybody with the text of an invite
 * can make members, whatever its `uses` say. A member with neither has the empty operator, which no
 * two members share.
 *
 * @param invite public key of the invite in the admit that counts
 */
export function operatorOf ({ operator, invite }: { operator: string, invite?: Uint8Array }): string {
  // this text is longer than the operator of a certificate may be, so it equals none
  return operator !== '' || invite === undefined ? operator : `invite ${Buffer.from(invite).toString('hex')}`
}
