import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decodeText, encodeText, readRecoveryText, recoveryText, TextError, base32, unbase32 } from '../../../protocols/vault/text.js'
import { nameProblem, normalName } from '../../../protocols/vault/names.js'
import { readInviteText } from '../../../protocols/vault/invite.js'
import { readLinkText } from '../../../protocols/vault/link.js'
import { linkText } from '../../vectors/vault-links.js'
import { inviteText, V } from '../../vectors/vault-fixtures.js'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 })

function errorOf (run: () => unknown): TextError {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof TextError)
    return error
  }
  assert.fail('accepted')
}

describe('vault: texts', () => {
  it('base32 is that of RFC 4648', () => {
    const known: Array<[string, string]> = [['', ''], ['f', 'my'], ['fo', 'mzxq'], ['foo', 'mzxw6'], ['foob', 'mzxw6yq'], ['fooba', 'mzxw6ytb'], ['foobar', 'mzxw6ytboi']]
    for (const [plain, text] of known) {
      assert.equal(base32(Buffer.from(plain)), text)
      assert.equal(Buffer.from(unbase32(text)).toString(), plain)
    }
  })

  it('base32 has one spelling for each byte string', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => { assert.deepEqual(unbase32(base32(bytes)), bytes) }))
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...ALPHABET), maxLength: 30 }), (text) => {
      let bytes
      try {
        bytes = unbase32(text)
      } catch (error) {
        assert.ok(error instanceof TextError)
        return
      }
      assert.equal(base32(bytes), text)
    }))
  })

  it('gives back what it was given, however it was broken into lines or shouted', () => {
    fc.assert(fc.property(secrets, fc.array(fc.tuple(fc.nat({ max: 91 }), fc.constantFrom(' ', '\n', '\r\n', '\t', '\u00a0', '\ufeff', '\u2028'))), (secret, breaks) => {
      let text = recoveryText(secret)
      for (const [at, white] of breaks) text = text.slice(0, at) + white + text.slice(at)
      assert.deepEqual(readRecoveryText(text), secret)
      assert.deepEqual(readRecoveryText(text.toUpperCase()), secret)
    }))
  })

  it('notices every single wrong letter of a recovery code, and every two neighbours exchanged', () => {
    const text = recoveryText(V)
    const from = text.indexOf('1') + 1
    for (let at = from; at < text.length; at++) {
      for (const letter of ALPHABET) {
        if (letter !== text[at]) assert.equal(errorOf(() => readRecoveryText(text.slice(0, at) + letter + text.slice(at + 1))).problem, 'checksum')
      }
      if (at + 1 < text.length && text[at] !== text[at + 1]) {
        assert.equal(errorOf(() => readRecoveryText(text.slice(0, at) + text[at + 1]! + text[at]! + text.slice(at + 2))).problem, 'checksum')
      }
    }
  })

  it('notices every single wrong letter of a link', () => {
    for (let at = 'dfs-link1'.length; at < linkText.length; at++) {
      const letter = linkText[at] === 'a' ? 'b' : 'a'
      assert.equal(errorOf(() => readLinkText(linkText.slice(0, at) + letter + linkText.slice(at + 1))).problem, 'checksum')
    }
  })

  it('tells a mistyped code from a whole one of another vault', () => {
    const other = recoveryText(new Uint8Array(32).fill(9))
    assert.notDeepEqual(readRecoveryText(other), V)
    assert.equal(errorOf(() => readRecoveryText(other.slice(0, -2))).problem, 'checksum')
  })

  it('does not take letters that only look alike after lower-casing', () => {
    const text = recoveryText(new Uint8Array(32).fill(0x52))
    const at = text.indexOf('k', 'dfs-recovery1'.length)
    assert.ok(at > 0)
    assert.equal(errorOf(() => readRecoveryText(text.slice(0, at) + '\u212a' + text.slice(at + 1))).problem, 'characters')
  })

  it('says nothing of the text in its errors, nor in their causes', () => {
    const whole = [recoveryText(V), inviteText, linkText]
    const wrong = whole.flatMap((text) => [text.slice(0, -3), text + '!', text.slice(1), encodeText('dfs-recovery1', { v: 1, secret: V, extra: V }), encodeText('dfs-invite1', { secret: V }), encodeText('dfs-link1', { key: V })])
    for (const text of wrong) {
      for (const read of [readRecoveryText, readInviteText, readLinkText]) {
        const error = errorOf(() => read(text))
        const said = `${String(error.stack)} ${JSON.stringify(error)} ${String(error.cause)}`
        for (let at = 13; at + 8 < text.length; at += 8) assert.equal(said.includes(text.slice(at, at + 8)), false)
        assert.equal(said.includes(Buffer.from(V).toString('hex')), false)
      }
    }
  })

  it('reads any text to a value or a TextError', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      try {
        decodeText('x', `x${text}`)
      } catch (error) {
        assert.ok(error instanceof TextError)
      }
    }))
    assert.equal(errorOf(() => decodeText('x', 'x'.repeat(70_000))).problem, 'form')
  })
})

describe('vault: names', () => {
  it('are taken to NFC by writers, and are then what readers take', () => {
    assert.equal(normalName('e\u0301'), '\u00e9')
    assert.equal(nameProblem('e\u0301'), undefined)
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      if (nameProblem(text.normalize('NFC')) === undefined) assert.equal(normalName(normalName(text)), normalName(text))
      else assert.throws(() => normalName(text), { code: 'INVALID_DATA' })
    }))
  })

  it('have whole surrogate pairs only', () => {
    for (const name of ['\ud800', 'a\udc00b', '\ude00\ud83d']) assert.throws(() => normalName(name), { code: 'INVALID_DATA' })
    assert.equal(normalName('\ud83d\ude00'), '\ud83d\ude00')
  })
})
