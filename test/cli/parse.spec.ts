import assert from 'node:assert/strict'
import * as errors from '../../src/errors.js'
import { exitCode } from '../../src/cli/exit-codes.js'
import { bytes, clean, duration, home, when } from '../../src/cli/format.js'
import { explain } from '../../src/cli/messages.js'
import { parseCopies, parseDuration, parseRole, parseSize, parseText, parseWhole } from '../../src/cli/parse.js'

const refused = (action: () => unknown): void => { assert.throws(action, errors.InvalidOptionError) }

describe('words of the command line', () => {
  it('sizes', () => {
    for (const [text, size] of [['0', 0], ['4096', 4096], ['200GB', 200e9], ['1.5GiB', 1.5 * 1024 ** 3], ['10 kb', 10e3], ['7B', 7], ['1T', 1e12]] as const) assert.equal(parseSize('x', text), size)
    for (const text of ['', 'GB', '-1', '1e3', '1.2.3', '5 parsecs', '99999999999TB', '0x10']) refused(() => parseSize('x', text))
  })

  it('times', () => {
    for (const [text, ms] of [['90s', 90e3], ['30min', 1800e3], ['24h', 86400e3], ['7d', 604800e3], ['2w', 1209600e3]] as const) assert.equal(parseDuration('x', text), ms)
    for (const text of ['', '24', 'h', '0h', '-1d', '1y']) refused(() => parseDuration('x', text))
  })

  it('whole numbers, copies, roles, texts', () => {
    assert.equal(parseWhole('x', '3', 1), 3)
    for (const text of ['0', '1.5', '-1', 'x', '', '1e2', '99999999999999999999']) refused(() => parseWhole('x', text, 1))
    assert.equal(parseCopies('all'), 'all')
    assert.equal(parseCopies('2'), 2)
    refused(() => parseCopies('some'))
    assert.equal(parseRole('store'), 'store')
    for (const text of [undefined, '', 'admin', 'Owner']) refused(() => parseRole(text))
    assert.equal(parseText('x', 'ü'.repeat(32)), 'ü'.repeat(32))
    for (const text of ['ü'.repeat(33), 'a\nb', '\u001b[2J']) refused(() => parseText('x', text))
  })
})

describe('exit codes', () => {
  const expected: Record<string, number> = {
    InvalidOptionError: 2, FileExistsError: 2, PortInUseError: 2,
    FileNotFoundError: 3, VersionNotFoundError: 3, MemberNotFoundError: 3,
    NotDurableError: 4, NoMemberReachableError: 4, NoWitnessError: 4, BlocksUnavailableError: 4, VersionGoneError: 4,
    NotAllowedError: 5, InviteExpiredError: 5, InviteUsedError: 5, InviteRevokedError: 5, InvalidRecoveryCodeError: 5,
    NoSpaceError: 6, BlockCorruptError: 7, InvalidDataError: 7,
    NoVaultError: 8, DirectoryLockedError: 8, NewerFormatError: 8, AbortError: 130
  }
  for (const [name, code] of Object.entries(expected)) {
    it(`${name}: ${code}`, () => {
      const type = (errors as unknown as Record<string, new (...args: unknown[]) => Error>)[name]
      assert.ok(type)
      assert.equal(exitCode(new type('x', { reached: 0, wanted: 1 })), code)
    })
  }

  it('are 1 for what nobody foresaw, 6 for a full disk', () => {
    assert.equal(exitCode(new Error('x')), 1)
    assert.equal(exitCode('x'), 1)
    assert.equal(exitCode(Object.assign(new Error('x'), { code: 'ENOSPC' })), 6)
  })
})

describe('messages', () => {
  it('name the error after the first sentence, and the folder in what to type', () => {
    const lines = explain(new errors.NoVaultError('There is no vault in ./x'), { dfs: 'dfs --dir ./x' })
    assert.ok(lines[0]?.endsWith('(NoVaultError).'))
    assert.ok(lines[1]?.includes('dfs --dir ./x init'))
  })

  it('let nothing of others act on the terminal', () => {
    assert.doesNotMatch(clean('a\u001b[2Jb\u0007\u009b\u202e'), /[\u0000-\u001f\u007f-\u009f\u202e]/)
    assert.ok(explain(new errors.FileNotFoundError('No "\u001b[31m"')).every((line) => !line.includes('\u001b')))
  })

  it('speak of sizes, times and folders as people do', () => {
    assert.equal(bytes(12.4e6), '12.4 MB')
    assert.equal(duration(3 * 86400e3 + 5), '3 d')
    assert.equal(home('/home/ana/x', '/home/ana'), '~/x')
    assert.equal(home('/home/anabel/x', '/home/ana'), '/home/anabel/x')
    const now = new Date(2026, 10, 20, 12)
    assert.equal(when(new Date(2026, 10, 20, 9, 5), now), '09:05')
    assert.equal(when(new Date(2026, 10, 19, 9, 5), now), '19 Nov 09:05')
    assert.equal(when(new Date(2025, 10, 19), now), '19 Nov 2025')
  })
})
