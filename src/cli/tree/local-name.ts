/**
 * This file checks which names of the vault a file system can hold. It does not trust the vault's
 * own rules: a name comes from other people.
 */

/**
 * Windows treats these names as devices, with any ending, and also reads the superscript digits.
 */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(\.|:|$)/i

/** Returns why a name cannot be a path below a folder; undefined when it can. */
export function pathProblem (name: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name) || !name.isWellFormed()) return 'its name holds what no file name may hold'
  for (const part of name.split('/')) {
    if (part === '' || part === '.' || part === '..') return 'its name would lead out of the folder'
    if (platform === 'win32') {
      const problem = windowsProblem(part)
      if (problem !== undefined) return problem
    }
  }
  return undefined
}

function windowsProblem (part: string): string | undefined {
  const [letter] = /[<>:"|?*\\]/.exec(part) ?? []
  if (letter !== undefined) return `its name holds ${letter}, which no name on Windows may hold`
  if (/[. ]$/.test(part)) return 'its name, or that of a folder in it, ends in a dot or a space, which Windows drops'
  if (DEVICE.test(part)) return `${part} is a device on Windows`
  return undefined
}

/**
 * Returns a form that is equal for names that a file system may treat as one, because it ignores
 * case or ways to write accents. It errs on the side of equal.
 */
export function folded (part: string): string {
  return part.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC')
}
