import { hostname } from 'node:os'

/** Of a host name; MAX_LABEL_BYTES less one. */
const HOST_CHARACTERS = 63

/** What this machine is called where nobody said it. */
export const hostLabel = (): string => hostname().slice(0, HOST_CHARACTERS)

/**
 * What a node says in its record that it is called: what its user said, else its host's name where no owner gave it a name.
 *
 * @param given by an owner, in the certificate
 */
export function ownLabel (said: string | undefined, given = ''): string | undefined {
  if (said !== undefined && said !== '') return said === given ? undefined : said
  return given === '' ? hostLabel() : undefined
}
