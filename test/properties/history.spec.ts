import assert from 'node:assert/strict'
import fc from 'fast-check'
import { publicKeyOf } from '../../protocols/vault/ed25519.js'
import { tagOf } from '../../protocols/vault/private-part.js'
import { peerText } from '../../src/vault/members/members.js'
import { failsWith } from '../node/cluster.js'
import { admit, certificate, found, invite } from '../protocols/hello/cast.js'
import { keysOf, node, vault } from '../vault/vaults.js'
import { hex, Member } from './member.js'
import { forkedOf, lineOf, liveOf, meaningOf, nextOf, settingOf, standingOf, type Line, type Meaning } from './model.js'

const MEMBERS = 5
const NAMES = ['a', 'b/ü']
/** As many as take about 5 s. A failure prints its seed and path; with these, and without endOnFailure, fast-check makes it smaller. */
const RUNS = 30

const home = vault('properties')
const people = Array.from({ length: MEMBERS }, (_, n) => node(`member ${n}`))
const tags = new Map(NAMES.map((name) => [name, hex(tagOf(keysOf(home).name, name))]))
const vaultKey = hex(home.id)

/** By writer key; the vault key is nobody's. */
const peers = new Map([[vaultKey, ''], ...people.map(({ writer, peer }): [string, string] => [hex(publicKeyOf(writer)), peerText(peer)])])

type Step =
  | { do: 'put', who: number, name: number, content: number }
  | { do: 'delete', who: number, name: number }
  /** Puts one of the versions that it knows on top again. */
  | { do: 'back', who: number, name: number, nth: number }
  /** To the other name, whatever is there. */
  | { do: 'move', who: number, name: number }
  /** Of the versions of both names that it knows those whose number is no multiple of `spares`, heads too; of the other name they count for nothing. */
  | { do: 'forget', who: number, name: number, spares: number }
  | { do: 'set', who: number, keep: number }
  | { do: 'meet', who: number, whom: number, pages: Pages }
  | { do: 'part', groups: number[] }
  /** `keeps`: how many of the entries that it knows of the member are in the cut, the newest of each chain first. */
  | { do: 'revoke', who: number, whom: number, keeps: number }
  | { do: 'copy', who: number }
  /** Goes on putting before it meets anybody. */
  | { do: 'restore', who: number, name: number, content: number }

/** How entries travel: which of them (of `keep` one stays behind, any or the oldest), in which order, how many a page, doubled how often, pages at once or one by one. */
interface Pages { order: number, keep: number, oldest: boolean, size: number, twice: number, atOnce: boolean }

const who = fc.nat(MEMBERS - 1)
const name = fc.nat(NAMES.length - 1)
const pages = fc.record({ order: fc.nat(), keep: fc.constantFrom(0, 2, 2, 3, 5), oldest: fc.boolean(), size: fc.integer({ min: 1, max: 6 }), twice: fc.integer({ min: 4, max: 12 }), atOnce: fc.boolean() })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('put' as const), who, name, content: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), who, name }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('back' as const), who, name, nth: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('move' as const), who, name }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('forget' as const), who: fc.constantFrom(0, 1, 1, 2, 2, 3), name, spares: fc.integer({ min: 2, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('set' as const), who, keep: fc.nat(9) }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('meet' as const), who, whom: who, pages }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('part' as const), groups: fc.array(fc.nat(1), { minLength: MEMBERS, maxLength: MEMBERS }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const), who, whom: fc.constantFrom(0, 1, 1, 2, 2, 2), keeps: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('copy' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), who, name, content: fc.nat(3) }) }
)

/** A number that looks random and depends on these two alone. */
const mix = (a: number, b: number): number => Math.imul(Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ b, 0xc2b2ae35) >>> 8

/** The members, and beside each what the model says it has. */
class Group {
  readonly lines = new Map<string, Line>()
  /** Of each member the ids that it has. */
  readonly has: Array<Set<string>>
  private readonly copies: Array<Set<string>>
  private groups = people.map(() => 0)
  forks = 0
  conflicts = 0
  waits = 0
  voids = 0
  revokes = 0
  restores = 0
  moves = 0
  dead = 0
  back = 0
  private readonly wasDead = people.map(() => new Set<string>())

  constructor (readonly members: Member[], admits: Uint8Array[]) {
    for (const line of admits.map(lineOf)) this.lines.set(line.id, line)
    this.has = people.map(() => new Set(this.lines.keys()))
    this.copies = this.has.map((ids) => new Set(ids))
  }

  known (who: number): Line[] { return [...this.has[who] ?? []].map((id) => this.lines.get(id)!) }
  meaning (who: number, name: string): Meaning { return meaningOf(this.known(who), tags.get(name)!, vaultKey) }

  async run (step: Step): Promise<void> {
    if (step.do === 'part') {
      this.groups = step.groups
      return
    }
    const { who } = step
    const member = this.members[who]!
    if (step.do === 'put' || step.do === 'delete' || step.do === 'back' || step.do === 'move') await this.write(who, step)
    else if (step.do === 'meet') { if (this.groups[who] === this.groups[step.whom]) await this.meet(step.whom, who, step.pages) }
    else if (step.do === 'forget') await this.forget(step)
    else if (step.do === 'set') this.take(who, lineOf(await member.set({ keep: step.keep, later: 'kept' }, ++this.revokes)))
    else if (step.do === 'revoke') await this.revoke(step)
    else if (step.do === 'copy') {
      member.keepCopy()
      this.copies[who] = new Set(this.has[who])
    } else {
      await member.restore()
      this.has[who] = new Set(this.copies[who])
      this.check(who)
      await this.write(who, { ...step, do: 'put' })
    }
    this.check(who)
  }

  private async write (who: number, step: Extract<Step, { do: 'put' | 'delete' | 'back' | 'move' }>): Promise<void> {
    const member = this.members[who]!
    const called = NAMES[step.name]!
    const other = NAMES[1 - step.name]!
    if (!standingOf(this.known(who), vaultKey).mayWrite(hex(publicKeyOf(people[who]!.writer)))) {
      // whoever knows that nothing of it counts writes no more
      if (step.do === 'put') await failsWith(member.put(called, 'something new'), 'NOT_ALLOWED')
      return
    }
    const before = this.meaning(who, called)
    const known = this.has[who]!
    const there = before.newest !== undefined && before.newest.kind !== 'delete'
    switch (step.do) {
      case 'put': {
        const line = lineOf(await member.put(called, `content ${step.content}`))
        // a put of what is the only newest version already makes none
        if (known.has(line.id)) assert.deepEqual([before.newest?.id, before.conflict], [line.id, false])
        else this.add(who, called, line)
        return
      }
      case 'delete': {
        const lines = (await member.delete(called)).map(lineOf)
        assert.equal(lines.length > 0, there)
        for (const line of lines) this.add(who, called, line)
        assert.deepEqual(this.meaning(who, called).heads.map(({ kind }) => kind).filter((kind) => kind !== 'delete'), [])
        return
      }
      case 'back': {
        const [line, ...more] = (await member.back(called, step.nth)).map(lineOf)
        assert.deepEqual(more, [])
        if (line === undefined) return
        assert.equal(line.kind, 'restore')
        assert.ok(this.known(who).some(({ kind, file }) => kind !== 'delete' && file?.tag === line.file?.tag && file?.root === line.file?.root && file?.seed === line.file?.seed))
        this.add(who, called, line)
        this.restores++
        return
      }
      case 'move': {
        const [put, removal, ...more] = (await member.move(called, other)).map(lineOf)
        assert.equal(put !== undefined && removal !== undefined, there)
        if (put === undefined || removal === undefined) return
        assert.deepEqual([put.file?.root, put.file?.seed], [before.newest?.file.root, before.newest?.file.seed])
        this.add(who, other, put)
        for (const line of [removal, ...more]) this.add(who, called, line)
        this.moves++
      }
    }
  }

  /** A line that this member has just written. */
  private add (who: number, called: string, line: Line): void {
    assert.deepEqual({ after: line.file?.after, clock: line.file?.clock }, nextOf(this.meaning(who, called)))
    this.follows(line, who)
    if ([...this.lines.values()].some((other) => other.writer === line.writer && other.seq === line.seq && other.id !== line.id)) this.forks++
    this.take(who, line)
  }

  private async forget ({ who, name, spares }: Extract<Step, { do: 'forget' }>): Promise<void> {
    if (!standingOf(this.known(who), vaultKey).mayWrite(hex(publicKeyOf(people[who]!.writer)))) return
    const versions = this.known(who).filter(({ kind, file }, n) => file !== undefined && kind !== 'delete' && n % spares !== 0).slice(0, 20).map(({ id }) => new Uint8Array(Buffer.from(id, 'hex')))
    if (versions.length === 0) return
    const line = lineOf(await this.members[who]!.forget(NAMES[name]!, versions))
    this.follows(line, who)
    if ([...this.lines.values()].some((other) => other.writer === line.writer && other.seq === line.seq && other.id !== line.id)) this.forks++
    this.take(who, line)
  }

  private take (who: number, line: Line): void {
    this.lines.set(line.id, line)
    this.has[who]!.add(line.id)
  }

  private async revoke ({ who, whom, keeps }: Extract<Step, { do: 'revoke' }>): Promise<void> {
    const { writer } = people[whom]!
    const own = this.known(who).filter((line) => line.writer === hex(publicKeyOf(writer)))
    const tips = own.filter(({ id }) => !own.some(({ prev }) => prev === id))
    const cut = [...tips, ...own.filter((line) => !tips.includes(line)).reverse()].slice(0, keeps).map(({ id }) => new Uint8Array(Buffer.from(id, 'hex')))
    this.take(who, lineOf(await this.members[who]!.revoke(people[whom]!, cut, ++this.revokes)))
  }

  /** It names an entry of its writer that was here as the one before, or is the first; the founder's first is its admit. */
  private follows ({ writer, seq, prev }: Line, who: number): void {
    const before = this.lines.get(prev)
    if (before === undefined) {
      assert.equal(seq, who === 0 ? 2 : 1)
      assert.equal(prev === '0'.repeat(64), who !== 0)
    } else {
      assert.ok(this.has[who]!.has(prev))
      assert.deepEqual([before.writer, before.seq], [writer, seq - 1])
    }
  }

  /** `from` gives what `to` lacks, or some of it, and some that it has. */
  async meet (from: number, to: number, { order, keep, oldest, size, twice, atOnce }: Pages): Promise<void> {
    const has = this.has[to]!
    let lacked = 0
    const given = this.members[from]!.entries().map(({ id, bytes }, n) => ({ bytes, id, at: mix(order, n) }))
      .filter(({ id, at }) => has.has(id) ? at % twice === 0 : keep === 0 || (oldest ? ++lacked > keep : at % keep !== 0))
      .flatMap((one) => one.at % twice === 1 ? [one, { ...one, at: mix(one.at, 1) }] : [one])
      .sort((a, b) => a.at - b.at)
    const list = Array.from({ length: Math.ceil(given.length / size) }, (_, n) => given.slice(n * size, (n + 1) * size).map(({ bytes }) => bytes))
    const member = this.members[to]!
    if (atOnce) await Promise.all(list.map((page) => member.receive(page)))
    else for (const page of list) await member.receive(page)
    for (const { id } of given) has.add(id)
  }

  /** The index of a member says what the model says of the entries that it has. */
  check (who: number): void {
    const { isVoid } = standingOf(this.known(who), vaultKey)
    const voids = this.known(who).filter(isVoid).map(({ id }) => id).sort()
    assert.deepEqual(this.members[who]!.voids(), voids)
    assert.deepEqual(this.members[who]!.settings(), settingOf(this.known(who)))
    if (voids.length > 0) this.voids++
    for (const called of NAMES) {
      const { waiting, heads, newest, conflict } = this.meaning(who, called)
      const shown = newest === undefined || newest.kind === 'delete' ? undefined : newest.id
      assert.deepEqual(this.members[who]!.marks(called), {
        heads: heads.map(({ id }) => id).sort(), waiting: waiting.map(({ id }) => id).sort(), version: shown, conflict: shown !== undefined && conflict
      })
      this.lives(who, called, heads.map(({ id }) => id))
      if (waiting.length > 0) this.waits++
      if (conflict) this.conflicts++
    }
  }

  /** What is dead, what is superseded, and what is to be brought: all that is live, since nothing is ever whole here. */
  private lives (who: number, called: string, heads: string[]): void {
    const live = liveOf(this.known(who), tags.get(called)!, vaultKey)
    assert.deepEqual(this.members[who]!.lives(called), { live, superseded: live.filter((id) => !heads.includes(id)), missing: live })
    const was = this.wasDead[who]!
    this.back += live.filter((id) => was.delete(id)).length
    for (const { id, kind, file } of this.known(who)) {
      if (file?.tag !== tags.get(called) || kind === 'delete' || live.includes(id)) continue
      was.add(id)
      this.dead++
    }
  }

  /** Everybody with everybody. The last one to give has everything by then. */
  async gather (pages: Pages): Promise<void> {
    for (let a = 0; a < MEMBERS; a++) for (let b = 0; b < MEMBERS; b++) if (a !== b) await this.meet(a, b, { ...pages, keep: 0, order: mix(pages.order, a * MEMBERS + b) })
  }
}

/** The founder's own admit, and those that it wrote of the others. */
async function admitsOf (): Promise<Uint8Array[]> {
  const [founder, ...others] = people
  const admits = await Promise.all(others.map(async (who) => {
    const text = invite(home, 'write', who.name)
    return admit(home, text, await certificate(text, who), founder!)
  }))
  return [await found(home, founder!), ...admits]
}

describe('five members, parted and restored at random', function () {
  this.timeout(60_000)

  let admits: Uint8Array[]
  before(async () => { admits = await admitsOf() })

  it('end with the same set, the same newest versions, conflicts, live versions and settings, as the model says', async () => {
    const reached = { restores: 0, moves: 0, dead: 0, back: 0, forks: 0, conflicts: 0, waits: 0, voids: 0, lost: 0, entries: 0 }
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), pages, async (steps, last) => {
      const group = new Group(await Promise.all(people.map((who) => Member.open(home, who, admits))), admits)
      try {
        for (const one of steps) await group.run(one)
        // what one forgot is live again when it is found out
        const { order } = last
        for (const one of [{ do: 'forget', who: 3, name: order % 2, spares: 5 }, { do: 'meet', who: 0, whom: 3, pages: last }, { do: 'revoke', who: 0, whom: 3, keeps: order % 2 }] satisfies Step[]) await group.run(one)
        // what only a folder had that was replaced is gone with it, and nothing else is
        const union = new Set(group.has.flatMap((ids) => [...ids]))
        await group.gather(last)
        const expected = [...union].sort()
        for (const [who, member] of group.members.entries()) {
          assert.deepEqual(member.ids(), expected)
          group.check(who)
          assert.deepEqual(await member.forked(), forkedOf(group.known(who)).flatMap((writer) => peers.get(writer) ?? []).sort())
          assert.deepEqual(member.list(), group.members[0]!.list())
        }
        reached.restores += group.restores
        reached.moves += group.moves
        reached.dead += group.dead
        reached.back += group.back
        reached.forks += group.forks
        reached.conflicts += group.conflicts
        reached.waits += group.waits
        reached.voids += group.voids
        reached.lost += group.lines.size - union.size
        reached.entries += union.size
      } finally {
        await Promise.all(group.members.map((member) => member.close()))
      }
    }), { numRuns: RUNS, endOnFailure: true })
    // a revoke that takes a forget away with it brings a version back, and a history has one revoke at its end
    const least: Partial<typeof reached> = { back: 1 }
    for (const [what, count] of Object.entries(reached)) assert.ok(count >= (least[what as keyof typeof reached] ?? 6), `the histories reach what they are for: ${what} ${count}`)
  })
})
