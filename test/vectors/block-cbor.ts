import { cidOf, DAG_CBOR, RAW } from '../../protocols/block/cid.js'

const link = cidOf(RAW, new Uint8Array(0))

/** Values of which each has exactly one encoding. */
export function validCbor (): unknown[] {
  return [
    0, 23, 24, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -1, -24, -25, -(2 ** 53 - 1),
    true, false, '', 'a', '\u00fc\u{1f600}', '\ufefftext after a byte order mark', new Uint8Array(0), new Uint8Array(24),
    [], {}, [1, [2, [3]]], [[[[[[[[1]]]]]]]], [[[[[[[{ a: 1 }]]]]]]], { a: { a: { a: { a: { a: { a: { a: { a: link } } } } } } } },
    // keys by length, then by bytes
    { b: 1, a: 2, aa: 3, '': 4, '\u00e9': 5 },
    JSON.parse('{"__proto__": 1, "constructor": 2}'),
    link, [cidOf(DAG_CBOR, new Uint8Array(0))], { '/': 'no link' }
  ]
}

/** One fault each. */
export function badCbor (): Array<{ fault: string, bytes: string, code: string }> {
  const head = 'd82a5825000155'
  const digest = Buffer.from(link.multihash.digest).toString('hex')
  const cases: Array<[fault: string, hex: string]> = [
    ['nothing', ''],
    ['bytes after the end', '0000'],
    ['integer in two bytes that fits one', '1817'],
    ['integer in three bytes that fits two', '1900ff'],
    ['integer in five bytes that fits three', '1a0000ffff'],
    ['integer in nine bytes that fits five', '1b00000000ffffffff'],
    ['length in two bytes that fits one', '580100'],
    ['integer 2^53', '1b0020000000000000'],
    ['integer -2^53', '3b001fffffffffffff'],
    ['integer 2^64 - 1', '1bffffffffffffffff'],
    ['integer cut off', '19ff'],
    ['byte string cut off', '4201'],
    ['text cut off', '6261'],
    ['list cut off', '8201'],
    ['map cut off', 'a16161'],
    ['list of 2^53 - 1 items', '9b001fffffffffffff'],
    ['byte string of 2^64 - 1 bytes', '5bffffffffffffffff'],
    ['byte string of indefinite length', '5f4101ff'],
    ['text of indefinite length', '7f6161ff'],
    ['list of indefinite length', '9f01ff'],
    ['map of indefinite length', 'bf616101ff'],
    ['break outside of anything', 'ff'],
    ['reserved width 28', '1c'],
    ['half float', 'f93c00'],
    ['float', 'fa3f800000'],
    ['double 1.5', 'fb3ff8000000000000'],
    ['NaN', 'f97e00'],
    ['null', 'f6'],
    ['undefined', 'f7'],
    ['simple value 0', 'e0'],
    ['simple value 255', 'f8ff'],
    ['true in two bytes', 'f815'],
    ['null in a map', 'a16161f6'],
    ['key twice', 'a2616101616101'],
    ['keys of one length out of order', 'a2616201616101'],
    ['longer key first', 'a262616101616201'],
    ['integer key', 'a10101'],
    ['byte string as key', 'a1416101'],
    ['text that is no UTF-8', '61ff'],
    ['text with an overlong character', '62c080'],
    ['text with half of a surrogate pair', '63eda080'],
    ['key that is no UTF-8', 'a161ff01'],
    ['nine lists', '81'.repeat(9) + '01'],
    ['eight lists and a map', '81'.repeat(8) + 'a0'],
    ['ten thousand lists', '81'.repeat(10000) + '01'],
    ['tag 0', 'c06161'],
    ['tag 42 in a longer form', `d9002a5825000155${'1220'}${digest}`],
    ['link without its CID', 'd82a'],
    ['link over text', `d82a7825${'61'.repeat(37)}`],
    ['link without the leading zero', `d82a5824${'01551220'}${digest}`],
    ['link with another leading byte', `d82a5825010155${'1220'}${digest}`],
    ['link to a CID of version 0', `d82a5823001220${digest}`],
    ['link of codec dag-pb', `d82a5825000170${'1220'}${digest}`],
    ['link with hash blake2b-256', `d82a5827000155a0e40220${digest}`],
    ['link cut off', `${head}1220${digest.slice(2)}`],
    ['tag within a tag', `d82a${head}1220${digest}`]
  ]
  return cases.map(([fault, bytes]) => ({ fault, bytes, code: 'MALFORMED' }))
}
