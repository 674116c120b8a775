/** Vectors of strict Ed25519, over messages as signed (label included). Made with arithmetic of our own, not with a library. */
import { BASE, bytesOf, compress, IDENTITY, L, mod, multiply, number, P, scalarOf, signMoved, torsion, verifies, challenge } from '../protocols/vault/reference-ed25519.js'
import { publicKeyOf, sign, signedBytes } from '../../protocols/vault/ed25519.js'
import { ascii, concat, fixed } from './vault-fixtures.js'

/** refusedBy `form`: rules 1 to 4 of the README, without any arithmetic on the curve; `equation`: rule 5 alone. */
export interface SignatureVector { name: string, valid: boolean, refusedBy?: 'form' | 'equation', publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array }

const seed = fixed('signer')
const publicKey = publicKeyOf(seed)
const secret = scalarOf(seed)
const message = signedBytes('entry', ascii('message'))
const signature = sign(seed, 'entry', ascii('message'))
const [r, s] = [signature.subarray(0, 32), number(signature.subarray(32))]
const small = torsion()
const eighth = small[1] ?? IDENTITY
const withS = (value: bigint): Uint8Array => concat(r, bytesOf(value))
const signBit = (bytes: Uint8Array): Uint8Array => bytes.map((byte, i) => i === 31 ? byte ^ 0x80 : byte)

/** Found by trying nonces: the points of small order cancel out (h ≡ 7 mod 8), so that the cofactorless equation holds although A and R are moved. */
function cancelling (): { publicKey: Uint8Array, signature: Uint8Array } {
  for (let nonce = 2n; ; nonce++) {
    // S·B = R' + h·A' with R' = rB + T and A' = aB + T needs T + h·T = 0
    const found = signMoved(secret, nonce, message, { moveR: eighth, moveA: eighth })
    if (verifies(found.publicKey, message, found.signature)) return found
  }
}

/** A of small order, a nonce for which h is a multiple of 8: S·B = R + h·A holds without any secret. */
function underSmall (a: Uint8Array): { publicKey: Uint8Array, signature: Uint8Array } {
  for (let nonce = 5n; ; nonce++) {
    const R = compress(multiply(nonce, BASE))
    if (challenge(R, a, message) % 8n === 0n) return { publicKey: a, signature: concat(R, bytesOf(nonce)) }
  }
}

/** R of small order, with S = h·a: holds under the cofactored equation, for the identity under both. */
function withSmallR (point: Uint8Array): { publicKey: Uint8Array, signature: Uint8Array } {
  return { publicKey, signature: concat(point, bytesOf(mod(challenge(point, publicKey, message) * secret, L))) }
}

const points = small.map(compress)
/** The eight and their non-canonical spellings: y + p where that fits into 255 bits, and a sign of x = 0. */
const spellings = [
  ...points.map((bytes, i) => ({ what: `point ${i} of small order`, bytes })),
  { what: 'y = p (0), not canonical', bytes: bytesOf(P) },
  { what: 'y = p (0) with a sign, not canonical', bytes: signBit(bytesOf(P)) },
  { what: 'y = p + 1 (the neutral element), not canonical', bytes: bytesOf(P + 1n) },
  { what: 'y = p + 1 with a sign, not canonical', bytes: signBit(bytesOf(P + 1n)) },
  { what: 'the neutral element with a sign', bytes: signBit(bytesOf(1n)) },
  { what: 'y = -1 with a sign', bytes: signBit(bytesOf(P - 1n)) }
]
const notCanonical = [2n, 3n, 4n, 5n, 6n, 9n, 18n].map((low) => bytesOf(P + low))
const offCurve = [2n, 7n, 8n].map(bytesOf)
const valid = (name: string, of: { publicKey: Uint8Array, signature: Uint8Array }, over = message): SignatureVector => ({ name, valid: true, message: over, ...of })
type Changes = { publicKey?: Uint8Array, signature?: Uint8Array, message?: Uint8Array }
const wrong = (name: string, of: Changes): SignatureVector => ({ name, valid: false, refusedBy: 'equation', publicKey, message, signature, ...of })
const form = (name: string, of: Changes): SignatureVector => ({ ...wrong(name, of), refusedBy: 'form' })

export const signatures: SignatureVector[] = [
  valid('a signature', { publicKey, signature }),
  valid('over nothing but a label', { publicKey, signature: sign(seed, 'check', new Uint8Array(0)) }, signedBytes('check', new Uint8Array(0))),
  valid('A and R moved by points of order 8 that cancel out: the cofactorless equation holds', cancelling()),
  wrong('another message', { message: signedBytes('entry', ascii('massage')) }),
  wrong('another purpose', { message: signedBytes('member', ascii('message')) }),
  wrong('another key', { publicKey: publicKeyOf(fixed('another signer')) }),
  form('63 bytes', { signature: signature.subarray(0, 63) }),
  form('65 bytes', { signature: concat(signature, Uint8Array.of(0)) }),
  form('a key of 31 bytes', { publicKey: publicKey.subarray(0, 31) }),
  form('S + L', { signature: withS(s + L) }),
  form('S with its highest bit set', { signature: withS(s | (1n << 255n)) }),
  wrong('S - 1', { signature: withS(s - 1n) }),
  wrong('R negated', { signature: concat(signBit(r), signature.subarray(32)) }),
  wrong('A negated', { publicKey: signBit(publicKey) }),
  wrong('cofactored only: R moved by a point of order 8', signMoved(secret, 7n, message, { moveR: eighth })),
  wrong('cofactored only: R moved by the point of order 2', signMoved(secret, 7n, message, { moveR: small[4] ?? IDENTITY })),
  wrong('cofactored only: A moved by a point of order 8', notCancelling()),
  ...spellings.map(({ what, bytes }) => form(`A is ${what}`, underSmall(bytes))),
  ...spellings.map(({ what, bytes }) => form(`R is ${what}`, withSmallR(bytes))),
  ...notCanonical.map((bytes, i) => form(`A is not canonical (${i + 1})`, underSmall(bytes))),
  ...notCanonical.map((bytes, i) => form(`R is not canonical (${i + 1})`, withSmallR(bytes))),
  ...offCurve.map((bytes, i) => wrong(`A is not on the curve (${i + 1})`, underSmall(bytes))),
  ...offCurve.map((bytes, i) => wrong(`R is not on the curve (${i + 1})`, withSmallR(bytes)))
]

function notCancelling (): { publicKey: Uint8Array, signature: Uint8Array } {
  for (let nonce = 2n; ; nonce++) {
    const found = signMoved(secret, nonce, message, { moveA: eighth })
    if (!verifies(found.publicKey, message, found.signature)) return found
  }
}
