/** Returns a map key for bytes: two keys are equal exactly when the bytes are. */
export function keyOf (bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
