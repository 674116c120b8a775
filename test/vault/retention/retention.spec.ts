import assert from 'node:assert/strict'
import { cidOf, DAG_CBOR } from '../../../protocols/block/cid.js'
import { readEntry, type ForgetEntry } from '../../../protocols/vault/entry.js'
import { MAX_FORGET } from '../../../protocols/vault/limits.js'
import { makeRevoke } from '../../../protocols/vault/make-entry.js'
import { tagOf } from '../../../protocols/vault/private-part.js'
import { IndexDb } from '../../../src/index/engine/index-db.js'
import { MIGRATIONS } from '../../../src/index/migrations/schema.js'
import { allEntries } from '../../../src/index/queries/entries.js'
import { supersededOfTag } from '../../../src/index/queries/superseded.js'
import { Retention } from '../../../src/vault/retention/retention.js'
import { Vault } from '../../../src/vault/vault.js'
import { FakeClock } from '../../network/fake-clock.js'
import { expectedLives, shownLives } from '../liveness.js'
import { keysOf, seed, threeAdmits, vault, ZEROS, type Node } from '../vaults.js'

const home = vault('forgetter')
const keys = keysOf(home)
const DAY = 86400e3
const MINUTE = 60e3

interface Side { vault: Vault, db: IndexDb, forgetter: Retention, clock: FakeClock, island: boolean, inSync: boolean, others: number, errors: unknown[] }

describe('vault: forgetting in the background', () => {
  const sides: Side[] = []
  let admits: Uint8Array[]
  let people: [Node, Node, Node]

  before(async () => { ({ admits, people } = await threeAdmits(home)) })
  afterEach(async () => {
    for (const { forgetter, db, errors } of sides.splice(0)) {
      await forgetter.stop()
      await db.close()
      assert.deepEqual(errors, [])
    }
  })

  /** A member whose chances fall so that each look comes after the interval as it is. */
  async function side (who: Node, role: 'owner' | 'write' = 'write', { keep = 3, retention = 30 * DAY } = {}): Promise<Side> {
    const db = await IndexDb.open({ migrations: MIGRATIONS })
    const clock = new FakeClock()
    const made: Partial<Side> = { db, clock, island: false, inSync: false, others: 1, errors: [] }
    const one = made.vault = new Vault({
      db, save: async () => {}, onChange: (change) => { made.forgetter?.changed(change) },
      secrets: { vault: home.id, role, meet: home.meet, reads: [home.read], writer: who.writer, box: who.box, recoveryChecked: true, ...(role === 'owner' ? { secret: home.secret } : {}) }
    })
    for (const bytes of admits) await one.entries.receive([bytes])
    const { writer } = one
    if (writer === undefined) throw new TypeError('a writer')
    made.forgetter = new Retention({
      db, ledger: one.entries, keys, author: writer, settings: () => ({ keep, retention, ...(made.vault?.settings.now.made.length === 0 ? {} : made.vault?.settings.now) }),
      others: () => made.others ?? 0, isInSync: () => made.inSync === true, isCutOff: () => made.island === true, clock, random: () => 0.5, onError: (error) => { made.errors?.push(error) }
    })
    const whole = made as Side
    sides.push(whole)
    return whole
  }

  async function put ({ vault: of }: Side, name: string, text: string): Promise<Uint8Array> {
    const { lineage } = of.planPut(name)
    return (await of.commitPut(name, { root: cidOf(DAG_CBOR, seed(text)), key: seed(text), size: 4, bytes: 100, lineage }, of.commit)).id
  }
  const puts = async (of: Side, name: string, count: number): Promise<Uint8Array[]> => {
    const ids: Uint8Array[] = []
    for (let n = 0; n < count; n++) ids.push(await put(of, name, `${name} ${n}`))
    return ids
  }
  const forgets = ({ db }: Side): ForgetEntry[] => [...allEntries(db)].map((bytes) => readEntry(bytes)).filter((entry) => entry.kind === 'forget')
  const sync = async (from: Side, to: Side): Promise<void> => {
    await to.vault.entries.receive([...allEntries(from.db)])
    to.forgetter.compared()
  }
  const pass = async ({ clock, forgetter }: Side, ms: number): Promise<void> => {
    await clock.advance(ms)
    await forgetter.quiet()
  }
  /** Moves the node's own time on, which no test's clock does. */
  const age = async ({ db }: Side, ms: number): Promise<void> => { await db.write([['UPDATE own_time SET skipped = skipped - ?', ms]]) }
  const start = (one: Side): void => {
    one.forgetter.compared()
    one.forgetter.start()
  }

  it('what a put left beyond `keep`, at the next look, in one entry a name', async () => {
    const one = await side(people[0], 'owner')
    start(one)
    const ids = await puts(one, 'a', 6)
    await puts(one, 'b', 4)
    await pass(one, 9 * MINUTE)
    assert.deepEqual(forgets(one), [])
    await pass(one, 2 * MINUTE)
    const [forget, ...more] = forgets(one)
    assert.deepEqual(more, [])
    assert.deepEqual(forget?.versions, ids.slice(0, 2).sort(Buffer.compare))
    assert.deepEqual(shownLives(one.db), expectedLives(one.db))
    assert.equal(shownLives(one.db).dead.length, 2)
    // and no more than that, however often it looks
    await pass(one, 3 * DAY)
    assert.equal(forgets(one).length, 1)
  })

  it('many at once: at most 128 an entry, and each version once', async () => {
    const one = await side(people[0], 'owner', { keep: 1 })
    const ids = await puts(one, 'a', 2 * MAX_FORGET + 12)
    start(one)
    await pass(one, 11 * MINUTE)
    assert.deepEqual(forgets(one).map(({ versions }) => versions.length), [MAX_FORGET, MAX_FORGET, 10])
    assert.equal(new Set(forgets(one).flatMap(({ versions }) => versions.map((of) => Buffer.from(of).toString('hex')))).size, ids.length - 2)
  })

  it('what was deleted or superseded longer ago than the retention, by the node\'s own time', async () => {
    const one = await side(people[0], 'owner')
    start(one)
    one.inSync = true
    await puts(one, 'a', 2)
    await pass(one, DAY)
    assert.deepEqual(forgets(one), [])
    await age(one, 29 * DAY)
    await pass(one, DAY)
    assert.deepEqual(forgets(one), [])
    await age(one, 2 * DAY)
    await pass(one, 11 * MINUTE)
    assert.equal(forgets(one).length, 1)
    assert.equal(supersededOfTag(one.db, tagOf(keys.name, 'a')), 0)
  })

  it('by who wrote what stands on top; by the others when that one does not, later, and once', async () => {
    const [one, two, three] = [await side(people[0], 'owner'), await side(people[1]), await side(people[2])]
    await puts(one, 'a', 6)
    await puts(two, 'b', 6)
    for (const from of [one, two]) for (const to of [one, two, three]) await sync(from, to)
    for (const of of [one, two, three]) start(of)
    for (const of of [one, two, three]) await pass(of, 11 * MINUTE)
    // each its own; the third leaves both to them
    assert.deepEqual([one, two, three].map((of) => forgets(of).length), [1, 1, 0])
    await sync(one, three)
    await sync(one, two)
    await sync(three, one)
    // the second one went away before it could tell
    for (let n = 0; n < 3; n++) await pass(three, 10 * MINUTE)
    assert.equal(forgets(three).length, 2)
    await sync(three, one)
    for (let n = 0; n < 9; n++) for (const of of [one, three]) await pass(of, 10 * MINUTE)
    assert.deepEqual([one, three].map((of) => forgets(of).length), [2, 2])
  })

  it('nothing where settings of others may have been missed: before a comparison, a day after the last one, or on an island', async () => {
    const one = await side(people[0], 'owner')
    await puts(one, 'a', 6)
    one.forgetter.start()
    await pass(one, 2 * DAY)
    assert.deepEqual(forgets(one), [])
    one.island = true
    one.forgetter.compared()
    await pass(one, 25 * 3600e3)
    assert.deepEqual(forgets(one), [])
    one.island = false
    await pass(one, 11 * MINUTE)
    assert.deepEqual(forgets(one), [])
    one.inSync = true
    await pass(one, 11 * MINUTE)
    assert.equal(forgets(one).length, 1)
  })

  it('a node that is the only member asks nobody', async () => {
    const one = await side(people[0], 'owner')
    one.others = 0
    await puts(one, 'a', 6)
    one.forgetter.start()
    await pass(one, 11 * MINUTE)
    assert.equal(forgets(one).length, 1)
  })

  it('settings that change hold at the next look, for names that nobody touches too', async () => {
    const one = await side(people[0], 'owner', { keep: 10 })
    start(one)
    await puts(one, 'a', 6)
    await pass(one, 11 * MINUTE)
    assert.deepEqual(forgets(one), [])
    await one.vault.set({ keep: 2 })
    await pass(one, 11 * MINUTE)
    assert.equal(forgets(one)[0]?.versions.length, 3)
    // a short retention is looked after sooner
    await one.vault.set({ retention: 2 * MINUTE })
    await age(one, 3 * MINUTE)
    await pass(one, 3_000)
    assert.equal(forgets(one).length, 2)
    assert.equal(shownLives(one.db).live.length, 1)
  })

  it('nothing by a node that was revoked', async () => {
    const [one, two] = [await side(people[0], 'owner'), await side(people[1])]
    await puts(two, 'a', 6)
    await sync(one, two)
    await two.vault.entries.receive([makeRevoke({ vault: home.id, epoch: 0, writer: home.sign, seq: 1, prev: ZEROS, time: 1, revoked: { subject: people[1].peer, cut: [] } }).bytes])
    start(two)
    await pass(two, DAY)
    assert.deepEqual(forgets(two), [])
  })

  it('a name of which nothing opens is left alone, and keeps no other waiting', async () => {
    const one = await side(people[0], 'owner', { keep: 0 })
    // of a later epoch's keys
    const stranger = await side(people[1])
    const other = new Vault({ db: stranger.db, save: async () => {}, onChange: () => {}, secrets: { vault: home.id, role: 'write', meet: home.meet, reads: [home.read, seed('later epoch')], writer: people[1].writer, box: people[1].box, recoveryChecked: true } })
    for (let n = 0; n < 4; n++) await put({ ...stranger, vault: other }, 'sealed', `sealed ${n}`)
    await sync(stranger, one)
    await puts(one, 'a', 2)
    start(one)
    await age(one, 31 * DAY)
    await pass(one, DAY)
    assert.equal(forgets(one).length, 1)
    assert.equal(shownLives(one.db).superseded.length, 3)
  })

  it('ends with the node', async () => {
    const one = await side(people[0], 'owner')
    start(one)
    await puts(one, 'a', 6)
    await one.forgetter.stop()
    await pass(one, DAY)
    assert.deepEqual(forgets(one), [])
  })
})

