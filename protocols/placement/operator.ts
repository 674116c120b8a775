/** Whose a member counts as in orders. Spec: README.md, "Operator". */

/**
 * The operator of its certificate; without one that of the invite it joined with, whose members are
 * one operator: who has the text of an invite can make members of it, whatever its `uses` say.
 * Empty, and shared with nobody, where there is neither.
 *
 * @param invite public key of the invite in the admit that counts
 */
export function operatorOf ({ operator, invite }: { operator: string, invite?: Uint8Array }): string {
  // longer than the operator of a certificate may be, so equal to none
  return operator !== '' || invite === undefined ? operator : `invite ${Buffer.from(invite).toString('hex')}`
}
