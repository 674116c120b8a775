import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { parseCid } from '../../protocols/block/cid.js'
import { PIN_MS } from '../../src/defaults.js'
import { insertEntry } from '../../src/index/queries/entries.js'
import type { Statement } from '../../src/index/engine/index-db.js'
import { isMissing, missingAsOther, notMissing } from '../../src/index/queries/missing.js'
import { LONG } from '../seed.js'
import { CrashRig, nextTurn } from './crash-rig.js'
import { chunkedVersion, inlineVersion, newUpload, rawBlock, type TestBlock } from './fixtures.js'

/** `--long` after `--`: thousands of histories. */
const RUNS = LONG ? 4000 : 80
const HOUR_MS = 3600e3
/** The node keeps dead versions this long in the test, and their blocks as long again in the trash. */
const GUARD_MS = HOUR_MS
const STEP_MS = 0.7 * HOUR_MS

/** Few versions that share chunks, some of one block in the index and some in a file, so that everything meets everything. */
const shared = rawBlock('shared', 320 * 1024 + 48)
const VERSIONS: TestBlock[][] = [
  [inlineVersion('small', 20)],
  [inlineVersion('large', 600)],
  chunkedVersion('three', 1, () => shared),
  chunkedVersion('four', 1, () => shared),
  chunkedVersion('five', 1)
]
const BLOCKS = new Map(VERSIONS.flat().map((block) => [String(block.cid), block]))

type Op =
  | { op: 'put', version: number, stage: boolean, offer: boolean }
  | { op: 'mv' | 'delete' | 'revive' | 'bring', entry: number }
  | { op: 'release', version: number, trash: boolean }
  | { op: 'pin', version: number }
  | { op: 'drop', pinned: number }
  | { op: 'keep' | 'unkeep' | 'read', block: number }
  | { op: 'collect' | 'press' | 'time' }

const version = fc.nat(VERSIONS.length - 1)
const block = fc.nat(BLOCKS.size - 1)
const op: fc.Arbitrary<Op> = fc.oneof(
  { arbitrary: fc.record({ op: fc.constant('put' as const), version, stage: fc.boolean(), offer: fc.boolean() }), weight: 5 },
  { arbitrary: fc.record({ op: fc.constantFrom('mv' as const, 'delete' as const, 'delete' as const, 'revive' as const, 'bring' as const), entry: fc.nat() }), weight: 5 },
  { arbitrary: fc.record({ op: fc.constant('collect' as const) }), weight: 5 },
  { arbitrary: fc.record({ op: fc.constant('time' as const) }), weight: 3 },
  fc.record({ op: fc.constant('release' as const), version, trash: fc.boolean() }),
  fc.record({ op: fc.constant('pin' as const), version }),
  fc.record({ op: fc.constant('drop' as const), pinned: fc.nat(3) }),
  fc.record({ op: fc.constantFrom('keep' as const, 'unkeep' as const, 'read' as const), block }),
  fc.record({ op: fc.constant('press' as const) })
)
/** Operations that run at the same time; `crash` ends the process (or the power) before that step of the batch. */
interface Batch { ops: Op[], crash: { at: number, power: boolean } | undefined }
const crash = fc.option(fc.record({ at: fc.nat(40), power: fc.boolean() }), { nil: undefined, freq: 2 })
const batch: fc.Arbitrary<Batch> = fc.record({ ops: fc.array(op, { minLength: 1, maxLength: 7 }), crash })

/** Versions are put, die, and their guard runs out; then they are collected while somebody wants them again. */
const wanted: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ op: fc.constant('put' as const), version, stage: fc.boolean(), offer: fc.boolean() }),
  fc.record({ op: fc.constantFrom('mv' as const, 'revive' as const), entry: fc.nat(3) }),
  fc.record({ op: fc.constant('pin' as const), version }),
  fc.record({ op: fc.constantFrom('keep' as const, 'read' as const), block })
)
const contest: fc.Arbitrary<Batch[]> = fc.record({ versions: fc.array(version, { minLength: 1, maxLength: 3 }), wanted: fc.array(wanted, { minLength: 1, maxLength: 5 }), collects: fc.integer({ min: 1, max: 2 }), crash })
  .map(({ versions, wanted, collects, crash }) => [
    { ops: versions.map((version) => ({ op: 'put' as const, version, stage: false, offer: false })), crash: undefined },
    { ops: versions.map((_, entry) => ({ op: 'delete' as const, entry })), crash: undefined },
    ...[0, 1].map((): Batch => ({ ops: [{ op: 'time' }], crash: undefined })),
    { ops: [...wanted, ...Array.from({ length: collects }, () => ({ op: 'collect' as const }))], crash }
  ])
const history = fc.array(fc.oneof({ arbitrary: batch.map((one) => [one]), weight: 3 }, { arbitrary: contest, weight: 1 }), { minLength: 1, maxLength: 10 }).map((parts) => parts.flat())

/** What a caller may say no to without harm. */
const REFUSALS = new Set(['NodeStoppedError', 'BlocksUnavailableError', 'NoSpaceError', 'Stopped'])

interface Row { id: Uint8Array, root: Uint8Array, since: number | null }

/** A node's files, its garbage, and what of them was acknowledged. */
class World {
  /** Entries that a caller was told of. */
  readonly told: Uint8Array[] = []
  /** Blocks that a member was told are pinned: by upload, and put without one. */
  readonly pinned: Array<{ upload: Uint8Array, names: string[] }> = []
  readonly kept = new Set<string>()
  /** Entries whose versions were found whole, and are to be so as long as they live and within the guard. */
  private whole = new Set<string>()

  constructor (readonly rig: CrashRig) {}

  /** All versions that the index knows; it is what says which are dead, and since when. */
  rows (): Row[] {
    return this.rig.db.all<Row>('SELECT e.id AS id, e.root AS root, d.since AS since FROM entries AS e LEFT JOIN dead AS d ON d.entry = e.id ORDER BY e.n')
  }

  private pick (n: number, dead: boolean): Row | undefined {
    const rows = this.rows().filter(({ since }) => (since !== null) === dead)
    return rows[n % rows.length]
  }

  async run (op: Op, fates: Set<string>): Promise<void> {
    const { rig: { store, db, time } } = this
    switch (op.op) {
      case 'put': return this.put(VERSIONS[op.version] ?? [], op.stage, op.offer)
      case 'mv': {
        const old = this.pick(op.entry, false)
        if (old === undefined) return
        const entry = newEntry(old.root)
        // what the ledger sees to: what is renamed is a head at that moment
        await this.write([['INSERT INTO guard SELECT 0 WHERE EXISTS (SELECT 1 FROM dead WHERE entry = ?)', old.id], entry.insert, missingAsOther(entry.id, old.id), kill(old, time)]).then(() => { this.told.push(entry.id) }, refused)
        return
      }
      case 'delete': {
        const row = this.pick(op.entry, false)
        if (row !== undefined) await this.write([kill(row, time)])
        return
      }
      case 'revive': {
        const row = this.pick(op.entry, true)
        if (row !== undefined) await this.write([['DELETE FROM dead WHERE entry = ?', row.id]])
        return
      }
      case 'bring': {
        const row = this.rows().filter(({ id }) => isMissing(db, id))[op.entry % 2]
        const tree = VERSIONS.find(([root]) => row !== undefined && Buffer.compare(row.root, root?.cid.bytes ?? row.root) === 0)
        if (tree !== undefined) await this.upload(tree, false, true, [])
        return
      }
      case 'release': {
        const root = VERSIONS[op.version]?.[0]?.cid ?? assert.fail()
        await store.release(root, [notMissing(root.bytes), ['INSERT OR IGNORE INTO addresses (peer, address, seen) VALUES (?, ?, 0)', 'let go', root.toString()]], { trash: op.trash })
        return
      }
      case 'pin': {
        const upload = newUpload()
        const tree = VERSIONS[op.version] ?? []
        await store.begin({ upload, writer: 'w', expected: 0 })
        const held = await store.pin(upload, tree.map(({ cid }) => cid))
        this.pinned.push({ upload, names: tree.filter((_, n) => held[n] === true).map(({ cid }) => String(cid)) })
        await store.suspend(upload)
        return
      }
      case 'drop': {
        const [one] = this.pinned.splice(op.pinned, 1)
        if (one !== undefined) await store.abandon(one.upload)
        return
      }
      case 'keep': {
        const [name, { cid, bytes }] = [...BLOCKS][op.block] ?? assert.fail()
        await store.put(cid, bytes)
        if (!fates.has(name)) this.kept.add(name)
        return
      }
      case 'unkeep': return store.delete(([...BLOCKS.values()][op.block] as TestBlock).cid)
      case 'read': {
        const { cid, bytes } = [...BLOCKS.values()][op.block] as TestBlock
        const found = await store.read(cid)
        if (found !== undefined) assert.deepEqual(found, bytes)
        return
      }
      case 'collect': {
        const { off } = await store.collect({ now: time, deadBefore: time - GUARD_MS })
        assert.equal(off, undefined)
        return
      }
      case 'press': {
        const { capacity, used, trash, reserved } = store.usage()
        const upload = newUpload()
        await store.begin({ upload, writer: 'w', expected: Math.max(1, capacity - used - reserved + trash.bytes) })
        await store.abandon(upload)
        return
      }
      case 'time': this.rig.time += STEP_MS
    }
  }

  private async put (tree: TestBlock[], stage: boolean, offer: boolean): Promise<void> {
    const entry = newEntry(tree[0]?.cid.bytes ?? new Uint8Array())
    await this.upload(tree, stage, offer, [entry.insert])
    this.told.push(entry.id)
  }

  private async upload (tree: TestBlock[], stage: boolean, offer: boolean, extra: Statement[]): Promise<void> {
    const { store } = this.rig
    const upload = newUpload()
    const root = tree[0]?.cid ?? assert.fail()
    await store.begin({ upload, writer: 'me', expected: 0, local: true })
    const held = offer ? await store.pin(upload, tree.map(({ cid }) => cid)) : []
    await Promise.all(tree.filter((_, n) => held[n] !== true).map(({ cid, bytes }) => store.put(cid, bytes, { upload, stage })))
    await store.finish(upload, root, [...extra, notMissing(root.bytes), ['DELETE FROM addresses WHERE address = ?', root.toString()]])
  }

  /** A step of the machine, as all that the index writes. */
  private async write (statements: Statement[]): Promise<void> {
    await this.rig.machine.step('commit', '')
    await this.rig.db.write(statements)
  }

  async check (): Promise<void> {
    const { rig: { store, db, time, corrupt } } = this
    const rows = this.rows()
    const ids = new Set(rows.map(({ id }) => hex(id)))
    for (const id of this.told) assert.ok(ids.has(hex(id)), 'an acknowledged entry is gone')
    const away = new Set(db.all<{ address: string }>('SELECT address FROM addresses').map(({ address }) => address))
    // live, or dead and within the guard; neither let go here nor noted as what is to be brought
    const due = rows.filter(({ id, root, since }) => !away.has(parseCid(root).toString()) && !isMissing(db, id) &&
      (since === null || (since > time - GUARD_MS && this.whole.has(hex(id)))))
    this.whole = new Set(due.map(({ id }) => hex(id)))
    for (const tree of VERSIONS) {
      const root = (tree[0] as TestBlock).cid
      if (!due.some((row) => hex(row.root) === hex(root.bytes))) continue
      assert.equal(await store.complete(root), true, `${String(root)} is not whole`)
      assert.deepEqual(store.rootsOf(root).map(String), [String(root)])
      await this.reads(tree)
    }
    for (const name of [...this.pinned.flatMap(({ names }) => names), ...this.kept]) await this.reads([BLOCKS.get(name) as TestBlock])
    assert.deepEqual(corrupt, [])
  }

  private async reads (blocks: TestBlock[]): Promise<void> {
    for (const { cid, bytes } of blocks) assert.deepEqual(await this.rig.store.read(cid), bytes, `${String(cid)} is lost`)
  }

  /** Versions that were live before and live after were never missing. */
  lives (): Set<string> {
    return new Set(this.rows().filter(({ id, since }) => since === null && !isMissing(this.rig.db, id)).map(({ id }) => hex(id)))
  }

  /** When nothing is wanted any more nothing is left. */
  async end (crashed: boolean): Promise<void> {
    const { rig } = this
    for (const row of this.rows()) await rig.db.write([kill(row, rig.time)])
    // an upload of which a crash told nobody ends by its time
    rig.time += PIN_MS + 1
    for (const { upload } of this.pinned) await rig.store.abandon(upload)
    for (const { cid } of BLOCKS.values()) await rig.store.delete(cid)
    const counted = await rig.store.collect({ deadBefore: rig.time - GUARD_MS, dryRun: true })
    const done = await rig.store.collect({ deadBefore: rig.time - GUARD_MS })
    assert.deepEqual([counted.uploads, counted.dead, counted.waiting], [done.uploads, done.dead, done.waiting])
    rig.time += 2 * HOUR_MS
    await rig.store.collect({ deadBefore: rig.time })
    const { used, blocks, trash, reserved } = rig.store.usage()
    assert.deepEqual({ used, blocks, trash, reserved }, { used: 0, blocks: 0, trash: { blocks: 0, bytes: 0 }, reserved: 0 })
    for (const table of ['pins', 'refs', 'uploads', 'unlinks', 'releasing', 'blocks']) assert.equal(rig.db.get(`SELECT 1 FROM ${table}`), undefined, table)
    assert.deepEqual(rig.files('trash'), [])
    if (!crashed) assert.deepEqual(rig.files('blocks'), [])
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const kill = ({ id, root }: { id: Uint8Array, root: Uint8Array }, time: number): Statement => ['INSERT OR IGNORE INTO dead (entry, root, since) VALUES (?, ?, ?)', id, root, time]

function newEntry (root: Uint8Array): { id: Uint8Array, insert: Statement } {
  const id = new Uint8Array(randomBytes(32))
  return { id, insert: insertEntry({ id, kind: 'put', writer: new Uint8Array(32), seq: 0, prev: null, tag: id, clock: 1, parents: new Uint8Array(), root, bytes: 1, entry: id }, true) }
}

/** A guard's refusal is an answer. */
function refused (error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'SqlError') throw error
}

describe('store, garbage against a model', function () {
  this.timeout(0)

  it('collects nothing that was acknowledged, whatever is put, deleted and collected at the same time and wherever it stops', async () => {
    let seen = 0
    let crashes = 0
    await fc.assert(fc.asyncProperty(history, fc.infiniteStream(fc.boolean()), fc.infiniteStream(fc.nat(2)), async (batches, chance, turns) => {
      const rig = await CrashRig.create()
      rig.trashMs = HOUR_MS
      await rig.kill()
      const pause = async (): Promise<void> => { for (let n = Number(turns.next().value); n > 0; n--) await nextTurn() }
      rig.machine.pause = pause
      const world = new World(rig)
      let crashed = false
      for (const { ops, crash } of batches) {
        seen++
        const before = world.lives()
        const fates = new Set(ops.flatMap((each) => each.op === 'unkeep' ? [[...BLOCKS.keys()][each.block] ?? ''] : []))
        for (const name of fates) world.kept.delete(name)
        if (crash !== undefined) rig.machine.stopBefore = rig.machine.steps.length + crash.at
        const outcomes = await Promise.allSettled(ops.map((each) => world.run(each, fates)))
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected' && !REFUSALS.has((outcome.reason as Error).name)) throw outcome.reason
        }
        if (crash !== undefined) {
          crashed = true
          crashes++
          await rig.powerLoss(() => !crash.power || chance.next().value === true)
        }
        // the time that goes by is that of the check too: nothing is collected in it
        await world.check()
        if (!ops.some((each) => each.op === 'delete' || each.op === 'mv' || each.op === 'revive')) {
          const after = world.lives()
          for (const id of before) assert.ok(after.has(id), 'a live version became one to be brought')
        }
        assert.equal(rig.files('tmp').length, 0)
      }
      await world.end(crashed)
      await rig.db.close()
    }), { numRuns: RUNS })
    console.log(`      ${seen} batches of what happened at the same time, ${crashes} crashes`)
  })
})
