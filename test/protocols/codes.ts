import assert from 'node:assert/strict'
import { ProtocolError, type WireCode } from '../../protocols/errors.js'

/** For assert.rejects and assert.throws: a ProtocolError of this code. */
export function withCode (code: WireCode): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof ProtocolError, String(error))
    assert.equal(error.code, code)
    return true
  }
}

/** The code that `work` is rejected with. */
export async function codeOf (work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(() => undefined, (reason: unknown) => reason)
  return error instanceof ProtocolError ? error.code : String(error)
}
