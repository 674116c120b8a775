import { hostname } from 'node:os'

/** A host name is cut to this many characters: MAX_LABEL_BYTES less one. */
const HOST_CHARACTERS = 63

/** Returns the label of a machine whose user gave none. */
export const hostLabel = (): string => hostname().slice(0, HOST_CHARACTERS)

/**
 * Returns the label for a node's record: the label that its user gave, else its host's name where
 * no owner gave one.
 * @param given label that an owner gave in the certificate
 */
export function ownLabel (said: string | undefined, given = ''): string | undefined {
  if (said !== undefined && said !== '') return said === given ? undefined : said
  return given === '' ? hostLabel() : undefined
}
