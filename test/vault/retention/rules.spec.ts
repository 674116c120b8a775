import assert from 'node:assert/strict'
import fc from 'fast-check'
import { forgettable, type Line } from '../../../src/vault/retention/rules.js'

const id = (letter: string): Uint8Array => new Uint8Array(32).fill(letter.charCodeAt(0))
const DAY = 86400e3

/** "p b 2 a 30 u": a put b with clock 2 after a, superseded 30 days ago, unreadable; v: void. `p b 2 a` is a head. */
function lineOf (text: string): Line {
  const [kind, letter = '', clock, after = '', ...rest] = text.split(' ')
  const days = rest.find((word) => /^\d+$/.test(word))
  return {
    id: id(letter), kind: kind === 'p' ? 'put' : kind === 'r' ? 'restore' : 'delete', clock: Number(clock), after: [...after.replace('-', '')].map(id), void: rest.includes('v'), readable: !rest.includes('u'),
    ...(days === undefined ? {} : { superseded: (1000 - Number(days)) * DAY })
  }
}

const due = (keep: number, days: number, ...lines: string[]): string =>
  forgettable(lines.map(lineOf), { keep, retention: days * DAY, now: 1000 * DAY + 1 }).map(([letter]) => String.fromCharCode(letter ?? 0)).join('')

describe('vault: what may be forgotten', () => {
  const line = ['p a 1 - 4', 'p b 2 a 3', 'p c 3 b 2', 'p d 4 c 1', 'p e 5 d']

  it('versions with more than `keep` newer ones, the oldest first', () => {
    assert.equal(due(10, 30, ...line), '')
    assert.equal(due(4, 30, ...line), '')
    assert.equal(due(3, 30, ...line), 'a')
    assert.equal(due(1, 30, ...line.toReversed()), 'abc')
    assert.equal(due(0, 30, ...line), 'abcd')
  })

  it('versions that were superseded longer ago than the retention', () => {
    assert.equal(due(10, 2, ...line), 'abc')
    assert.equal(due(10, 0, ...line), 'abcd')
  })

  it('deleted ones by the retention alone, until there are more than `keep` versions', () => {
    assert.equal(due(1, 30, 'p a 1 - 40', 'd b 2 a'), 'a')
    assert.equal(due(1, 30, 'p a 1 - 29', 'd b 2 a'), '')
    // a delete is no version
    assert.equal(due(0, 30, 'p a 1 - 1', 'd b 2 a', 'd c 2 a'), '')
    assert.equal(due(1, 30, 'p a 1 - 1', 'd b 2 a', 'p c 3 b 1', 'r d 4 c 1', 'd e 5 d'), 'a')
  })

  it('never a head, however old', () => {
    assert.equal(due(0, 0, 'p a 1', 'p b 5'), '')
  })

  it('an edit that was made offline is the newest of its line, whatever its clock', () => {
    const many = Array.from({ length: 15 }, (_, n) => `p ${String.fromCharCode(66 + n)} ${n + 2} ${n === 0 ? 'a' : String.fromCharCode(65 + n)} 1`)
    const merged = ['p a 1 - 1', ...many, 'p x 2 a 1', 'p z 17 Px']
    assert.equal(due(10, 30, ...merged), 'aBCDEF')
    assert.ok(!due(1, 30, ...merged).includes('x'))
  })

  it('counts no version that cannot be read, and forgets none', () => {
    assert.equal(due(2, 30, 'p a 1 - 1', 'p b 2 a 1 u', 'p c 3 b 1 u', 'p d 4 c 1', 'p e 5 d'), '')
    assert.equal(due(1, 30, 'p a 1 - 1', 'p b 2 a 1 u', 'p c 3 b 1 u', 'p d 4 c 1', 'p e 5 d'), 'a')
    assert.equal(due(0, 0, 'p a 1 - 9 u', 'p b 2 a'), '')
    // what only such entries stand above is the newest that can be read
    assert.equal(due(0, 0, 'p a 1 - 9', 'p b 2 a 9 u', 'd c 3 b u'), '')
    assert.equal(due(0, 0, 'p a 1 - 9', 'p b 2 a 9 u', 'd c 3 b'), 'a')
  })

  it('void ones stand for what they stand on, and are nothing by themselves', () => {
    assert.equal(due(1, 30, 'p a 1 - 1', 'p b 2 a v', 'p c 3 b v', 'p d 4 c'), '')
    assert.equal(due(0, 30, 'p a 1 - 1', 'p b 2 a v', 'p c 3 b v', 'p d 4 c'), 'a')
  })

  it('is what the sentence says, in whatever order the lines are given', () => {
    const step = fc.record({ kind: fc.constantFrom('put', 'put', 'put', 'restore', 'delete'), seen: fc.nat(3), isVoid: fc.nat(5), unreadable: fc.nat(5), days: fc.nat(9) })
    fc.assert(fc.property(fc.array(step, { maxLength: 25 }), fc.nat(4), fc.nat(9), fc.nat(), (steps, keep, days, order) => {
      const lines: Line[] = []
      for (const [n, { kind, seen, isVoid, unreadable }] of steps.entries()) {
        const after = lines.slice(Math.max(0, n - 1 - seen), n - (n > 3 && seen === 3 ? 1 : 0)).filter((_, at) => at % 2 === 0)
        lines.push({ id: new Uint8Array(32).fill(n + 1), kind: kind, after: after.map((one) => one.id), clock: 1 + Math.max(0, ...after.map((one) => one.clock)), void: isVoid === 0, readable: unreadable !== 0 })
      }
      const above = (line: Line): Line[] => lines.filter((one) => one.after.some((of) => of[0] === line.id[0]))
      for (const [n, line] of lines.entries()) if (above(line).length > 0 && !line.void) line.superseded = (1000 - (steps[n]?.days ?? 0)) * DAY
      const counts = (line: Line): boolean => line.readable && !line.void
      const longest = (line: Line): number => Math.max(0, ...above(line).map((one) => longest(one) + (counts(one) && one.kind !== 'delete' ? 1 : 0)))
      const known = (line: Line): boolean => above(line).some((one) => counts(one) || known(one))
      const expected = lines.filter((line) => line.superseded !== undefined && counts(line) && line.kind !== 'delete' && known(line) &&
        (longest(line) > keep || 1000 * DAY + 1 - line.superseded > days * DAY))
      const given = lines.map((one, n) => ({ one, at: Math.imul(n + 1, order | 1) })).sort((a, b) => a.at - b.at).map(({ one }) => one)
      assert.deepEqual(forgettable(given, { keep, retention: days * DAY, now: 1000 * DAY + 1 }).map(([n]) => n).sort(), expected.map((line) => line.id[0]).sort())
    }), { numRuns: 300 })
  })
})
