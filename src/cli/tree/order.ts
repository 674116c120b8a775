/** Surrogates encode characters above U+FFFF, which UTF-8 sorts behind all others. */
const rank = (unit: number): number => unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit

/**
 * Compares well-formed texts by their UTF-8 bytes, as the vault sorts names, without encoding them.
 */
export function compareNames (a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)]
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}
