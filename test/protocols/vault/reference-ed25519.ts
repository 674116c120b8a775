/**
 * Ed25519 over BigInt, written from RFC 8032 alone: slow, and independent of what it checks. It also makes the
 * signatures that no honest signer makes.
 */
import { createHash } from 'node:crypto'

export const P = 2n ** 255n - 19n
export const L = 2n ** 252n + 27742317777372353535851937790883648493n
const D = mod(-121665n * inverse(121666n))
const ROOT = power(2n, (P - 1n) / 4n)

/** Extended coordinates: x = X/Z, y = Y/Z, x*y = T/Z. */
export interface Point { X: bigint, Y: bigint, Z: bigint, T: bigint }

export const IDENTITY: Point = affine(0n, 1n)
const BASE_Y = mod(4n * inverse(5n))
export const BASE: Point = affine(recoverX(BASE_Y, 0n)!, BASE_Y)

export function mod (a: bigint, m = P): bigint {
  const rest = a % m
  return rest < 0n ? rest + m : rest
}

function power (base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (base = mod(base); exponent > 0n; exponent >>= 1n, base = mod(base * base)) {
    if ((exponent & 1n) === 1n) result = mod(result * base)
  }
  return result
}

function inverse (a: bigint): bigint { return power(a, P - 2n) }

function affine (x: bigint, y: bigint): Point { return { X: x, Y: y, Z: 1n, T: mod(x * y) } }

function recoverX (y: bigint, sign: bigint): bigint | undefined {
  const square = mod((y * y - 1n) * inverse(D * y * y + 1n))
  let x = power(square, (P + 3n) / 8n)
  if (mod(x * x) !== square) x = mod(x * ROOT)
  if (mod(x * x) !== square) return undefined
  if (x === 0n && sign === 1n) return undefined
  return (x & 1n) === sign ? x : mod(-x)
}

export function add (p: Point, q: Point): Point {
  const a = mod((p.Y - p.X) * (q.Y - q.X))
  const b = mod((p.Y + p.X) * (q.Y + q.X))
  const c = mod(2n * p.T * q.T * D)
  const d = mod(2n * p.Z * q.Z)
  const [e, f, g, h] = [b - a, d - c, d + c, b + a]
  return { X: mod(e * f), Y: mod(g * h), Z: mod(f * g), T: mod(e * h) }
}

export function multiply (scalar: bigint, point: Point): Point {
  let result = IDENTITY
  for (; scalar > 0n; scalar >>= 1n, point = add(point, point)) {
    if ((scalar & 1n) === 1n) result = add(result, point)
  }
  return result
}

export function number (bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
}

export function bytesOf (n: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * i)) & 255n))
}

export function compress ({ X, Y, Z }: Point): Uint8Array {
  const [x, y] = [mod(X * inverse(Z)), mod(Y * inverse(Z))]
  return bytesOf(y | ((x & 1n) << 255n))
}

/** Undefined for y >= p, for points that are not on the curve, and for x = 0 with a sign. */
export function decompress (bytes: Uint8Array): Point | undefined {
  const n = number(bytes)
  const y = n & (2n ** 255n - 1n)
  if (y >= P) return undefined
  const x = recoverX(y, n >> 255n)
  return x === undefined ? undefined : affine(x, y)
}

const same = (p: Point, q: Point): boolean => mod(p.X * q.Z - q.X * p.Z) === 0n && mod(p.Y * q.Z - q.Y * p.Z) === 0n
export const isSmallOrder = (point: Point): boolean => same(multiply(8n, point), IDENTITY)

/** The eight points whose order divides 8. */
export function torsion (): Point[] {
  for (let y = 2n; ; y++) {
    const point = decompress(bytesOf(y))
    if (point === undefined) continue
    const generator = multiply(L, point)
    if (!same(multiply(4n, generator), IDENTITY)) return Array.from({ length: 8 }, (_, i) => multiply(BigInt(i), generator))
  }
}

export function challenge (r: Uint8Array, a: Uint8Array, message: Uint8Array): bigint {
  return number(createHash('sha512').update(r).update(a).update(message).digest()) % L
}

/** The secret scalar of a seed. */
export function scalarOf (seed: Uint8Array): bigint {
  const half = createHash('sha512').update(seed).digest().subarray(0, 32)
  half[0]! &= 248
  half[31] = (half[31]! & 63) | 64
  return number(half)
}

/** What the specification asks for; with `cofactored` the laxer equation, everything else alike. */
export function verifies (a: Uint8Array, message: Uint8Array, signature: Uint8Array, { cofactored = false } = {}): boolean {
  const r = signature.subarray(0, 32)
  const s = number(signature.subarray(32))
  const [A, R] = [decompress(a), decompress(r)]
  if (A === undefined || R === undefined || s >= L || isSmallOrder(A) || isSmallOrder(R)) return false
  const [left, right] = [multiply(s, BASE), add(R, multiply(challenge(r, a, message), A))]
  return cofactored ? same(multiply(8n, left), multiply(8n, right)) : same(left, right)
}

/** A signature with R and A moved by points of small order, so that S·B = r·B + h·a·B, whatever these do to the equation. */
export function signMoved (secret: bigint, nonce: bigint, message: Uint8Array, { moveR = IDENTITY, moveA = IDENTITY }: { moveR?: Point, moveA?: Point }): { publicKey: Uint8Array, signature: Uint8Array } {
  const publicKey = compress(add(multiply(secret, BASE), moveA))
  const r = compress(add(multiply(nonce, BASE), moveR))
  const s = mod(nonce + challenge(r, publicKey, message) * secret, L)
  return { publicKey, signature: Uint8Array.from([...r, ...bytesOf(s)]) }
}
