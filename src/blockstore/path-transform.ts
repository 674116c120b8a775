import type { CID } from 'multiformats/cid'

/** Maps a CID to a path relative to `<dir>/blocks`: parts of letters, digits, `.`, `_` and `-`, joined by `/`, different for different CIDs. */
export type PathTransform = (cid: CID) => string

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/**
 * `ab/<cid>`: the two characters before the last, since a CID's first characters are all alike and its last one holds
 * only three bits.
 */
export function pathTransform (cid: CID): string {
  const name = cid.toString()
  return `${name.slice(-3, -1)}/${name}`
}

/** The 1,024 folders of `pathTransform`. */
export function fanOutFolders (): string[] {
  return Array.from(BASE32, (first) => Array.from(BASE32, (second) => first + second)).flat()
}

/** Throws RangeError when a path of a transform from outside would leave its folder or meet the file system's own names. */
export function checkPath (path: string): string {
  const good = path.split('/').every((part) => /^[A-Za-z0-9._-]+$/.test(part) && !/^\.+$/.test(part))
  if (!good) throw new RangeError(`pathTransform returned ${JSON.stringify(path)}`)
  return path
}
