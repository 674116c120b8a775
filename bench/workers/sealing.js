/** SHA-256 and AES-256-GCM of a file's bytes on one core, a MiB at a time; only they are timed, not the reading. */
import { createCipheriv, createHash, createSecretKey, randomBytes } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { serve } from '../lib/worker.js'

const BLOCK_BYTES = 1024 ** 2

function seal (key, nonce, bytes) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const sealed = cipher.update(bytes)
  cipher.final()
  return createHash('sha256').update(sealed).digest()
}

serve({
  async seal ({ path }) {
    const key = createSecretKey(randomBytes(32))
    const nonce = randomBytes(12)
    const block = Buffer.allocUnsafe(BLOCK_BYTES)
    const file = openSync(path)
    let milliseconds = 0
    for (let got; (got = readSync(file, block)) > 0;) {
      nonce.writeUInt32BE((nonce.readUInt32BE() + 1) % 2 ** 32)
      const started = performance.now()
      seal(key, nonce, block.subarray(0, got))
      milliseconds += performance.now() - started
    }
    closeSync(file)
    return milliseconds / 1000
  }
}, async () => {})
