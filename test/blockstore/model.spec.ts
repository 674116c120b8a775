import assert from 'node:assert/strict'
import fc from 'fast-check'
import { CrashRig, nextTurn, SMALL_BELOW } from './crash-rig.js'
import { chunkedVersion, inlineVersion, newUpload, rawBlock, type TestBlock } from './fixtures.js'

/** Short last chunks are shared between versions; the blocks of the tests are few, so that everything meets everything. */
const shared = rawBlock('shared', 320 * 1024 + 48)
const VERSIONS: TestBlock[][] = [
  [inlineVersion('one')],
  [inlineVersion('two')],
  chunkedVersion('three', 1, () => shared),
  chunkedVersion('four', 1, () => shared),
  chunkedVersion('five', 1)
]
const LOOSE = [rawBlock('small', 30), rawBlock('large', 400), shared]
const UPLOADS = 4
const DAY_MS = 86400e3
/** Uploads from this one on are local: they end with the process. */
const LOCAL_FROM = 2
const BLOCKS = new Map([...VERSIONS.flat(), ...LOOSE].map((block) => [String(block.cid), block]))

type Op =
  | { op: 'begin', upload: number }
  | { op: 'put', upload: number, block: number, stage: boolean }
  | { op: 'pin', upload: number, version: number }
  | { op: 'putVersion', upload: number, version: number, stage: boolean }
  | { op: 'finish', upload: number, version: number }
  | { op: 'abandon' | 'suspend' | 'abort', upload: number }
  | { op: 'whole', version: number, stage: boolean, offer: boolean, end: 'finish' | 'abandon' }
  | { op: 'release', version: number, trash: boolean }
  | { op: 'emptyTrash' }
  | { op: 'keep' | 'delete', block: number }
  | { op: 'read', block: number }
  | { op: 'expire' }

const upload = fc.nat(UPLOADS - 1)
const version = fc.nat(VERSIONS.length - 1)
const block = fc.nat(BLOCKS.size - 1)
const whole = fc.record({ op: fc.constant('whole' as const), version, stage: fc.boolean(), offer: fc.boolean(), end: fc.constantFrom('finish' as const, 'finish' as const, 'abandon' as const) })
const op: fc.Arbitrary<Op> = fc.oneof(
  { arbitrary: whole, weight: 4 },
  { arbitrary: fc.record({ op: fc.constant('release' as const), version, trash: fc.boolean() }), weight: 2 },
  fc.record({ op: fc.constant('begin' as const), upload }),
  fc.record({ op: fc.constant('put' as const), upload, block, stage: fc.boolean() }),
  fc.record({ op: fc.constant('putVersion' as const), upload, version, stage: fc.boolean() }),
  fc.record({ op: fc.constant('pin' as const), upload, version }),
  fc.record({ op: fc.constant('finish' as const), upload, version }),
  fc.record({ op: fc.constantFrom('abandon' as const, 'suspend' as const, 'abort' as const), upload }),
  fc.record({ op: fc.constantFrom('keep' as const, 'delete' as const), block }),
  fc.record({ op: fc.constant('read' as const), block }),
  fc.record({ op: fc.constant('expire' as const) }),
  fc.record({ op: fc.constant('emptyTrash' as const) })
)

/** Operations that run at the same time; `crash` ends the process (or the power) before that step of the batch. */
interface Batch { ops: Op[], crash: { at: number, power: boolean } | undefined }
const batch: fc.Arbitrary<Batch> = fc.record({
  ops: fc.array(op, { minLength: 1, maxLength: 8 }),
  crash: fc.option(fc.record({ at: fc.nat(40), power: fc.boolean() }), { nil: undefined, freq: 3 })
})

/** What a caller may say no to without harm: the model asks for much that is out of turn. */
const REFUSALS = new Set(['NodeStoppedError', 'BlocksUnavailableError', 'Stopped'])

/** What must be there: by upload, by finished version, by plain put. */
class Model {
  readonly ids = Array.from({ length: UPLOADS }, newUpload)
  readonly pinned = Array.from({ length: UPLOADS }, () => new Set<string>())
  readonly finished = new Set<number>()
  readonly kept = new Set<string>()

  needed (): Set<string> {
    const roots = [...this.finished].flatMap((n) => VERSIONS[n] ?? []).map(({ cid }) => String(cid))
    return new Set([...this.pinned.flatMap((set) => [...set]), ...roots, ...this.kept])
  }
}

async function run (rig: CrashRig, model: Model, { op, ...rest }: Op, fates: Set<string>): Promise<void> {
  const { store } = rig
  const { upload: u = 0, version: v = 0, block: b = 0, stage = false, trash = false } = rest as { upload?: number, version?: number, block?: number, stage?: boolean, trash?: boolean }
  const id = model.ids[u] ?? new Uint8Array(16)
  const tree = VERSIONS[v] ?? []
  const root = tree[0] as TestBlock
  const [name, { cid, bytes }] = [...BLOCKS][b] ?? assert.fail()
  const pinned = (names: string[]): void => { if (!fates.has(`upload ${u}`)) names.forEach((each) => model.pinned[u]?.add(each)) }
  switch (op) {
    case 'begin': {
      await store.begin({ upload: id, writer: 'w', expected: 0, local: u >= LOCAL_FROM })
      break
    }
    case 'put': {
      await store.put(cid, bytes, { upload: id, stage })
      if (!stage || bytes.length >= SMALL_BELOW) pinned([name])
      break
    }
    case 'putVersion': {
      await Promise.all(tree.map((each) => store.put(each.cid, each.bytes, { upload: id, stage })))
      pinned(tree.filter((each) => !stage || each.bytes.length >= SMALL_BELOW).map((each) => String(each.cid)))
      break
    }
    case 'pin': {
      const held = await store.pin(id, tree.map((each) => each.cid))
      pinned(tree.filter((_, n) => held[n] === true).map((each) => String(each.cid)))
      break
    }
    case 'finish': {
      await store.finish(id, root.cid)
      if (!fates.has(`version ${v}`)) model.finished.add(v)
      break
    }
    case 'whole': {
      const { offer, end } = rest as { offer: boolean, end: 'finish' | 'abandon' }
      const fresh = newUpload()
      await store.begin({ upload: fresh, writer: 'w', expected: 0, local: true })
      const held = offer ? await store.pin(fresh, tree.map((each) => each.cid)) : []
      await Promise.all(tree.filter((_, n) => held[n] !== true).map((each) => store.put(each.cid, each.bytes, { upload: fresh, stage })))
      if (end === 'abandon') return store.abandon(fresh)
      await store.finish(fresh, root.cid)
      if (!fates.has(`version ${v}`)) model.finished.add(v)
      break
    }
    case 'abandon': return store.abandon(id)
    case 'suspend': return store.suspend(id)
    case 'abort': return store.abort(id)
    case 'release': {
      await store.release(root.cid, [], { trash })
      break
    }
    case 'keep': {
      await store.put(cid, bytes)
      if (!fates.has(`block ${b}`)) model.kept.add(name)
      break
    }
    case 'delete': return store.delete(cid)
    case 'expire': {
      await store.expire()
      break
    }
    case 'emptyTrash': {
      await store.emptyTrash(rig.time + 2 * DAY_MS)
      break
    }
    case 'read': {
      const found = await store.read(cid)
      if (found !== undefined) assert.deepEqual(found, bytes)
    }
  }
}

/** What these operations may end: nothing that needs it is expected from here on, nor what the same batch adds to it. */
function ends (model: Model, ops: Op[]): Set<string> {
  const fates = new Set<string>()
  for (const each of ops) {
    if (each.op === 'abandon' || each.op === 'finish') {
      fates.add(`upload ${each.upload}`)
      model.pinned[each.upload]?.clear()
    } else if (each.op === 'release') {
      fates.add(`version ${each.version}`)
      model.finished.delete(each.version)
    } else if (each.op === 'delete') {
      fates.add(`block ${each.block}`)
      model.kept.delete([...BLOCKS.keys()][each.block] ?? '')
    }
  }
  return fates
}

async function check (rig: CrashRig, model: Model): Promise<void> {
  for (const name of model.needed()) {
    const { cid, bytes } = BLOCKS.get(name) as TestBlock
    assert.deepEqual(await rig.store.read(cid), bytes, `${name} is lost`)
  }
  for (const n of model.finished) assert.equal(await rig.store.complete((VERSIONS[n]?.[0] as TestBlock).cid), true)
  assert.deepEqual(rig.corrupt, [])
}

describe('store, against a model', function () {
  this.timeout(120_000)

  it('never loses what it acknowledged, whatever happens at the same time and wherever it stops', async () => {
    await fc.assert(fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 12 }), fc.infiniteStream(fc.boolean()), fc.infiniteStream(fc.nat(2)), async (batches, chance, turns) => {
      const rig = await CrashRig.create()
      rig.machine.pause = async () => { for (let n = Number(turns.next().value); n > 0; n--) await nextTurn() }
      const model = new Model()
      let crashed = false
      for (const { ops, crash } of batches) {
        const fates = ends(model, ops)
        if (crash !== undefined) rig.machine.stopBefore = rig.machine.steps.length + crash.at
        const outcomes = await Promise.allSettled(ops.map((each) => run(rig, model, each, fates)))
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected' && !REFUSALS.has((outcome.reason as Error).name)) throw outcome.reason
        }
        if (crash !== undefined) {
          crashed = true
          await rig.powerLoss(() => !crash.power || chance.next().value === true)
          for (let u = LOCAL_FROM; u < UPLOADS; u++) model.pinned[u]?.clear()
        }
        await check(rig, model)
        assert.equal(rig.files('tmp').length, 0)
      }

      // and when everything is let go nothing is left
      for (const id of model.ids) await rig.store.abandon(id)
      for (const [root] of VERSIONS) await rig.store.release((root as TestBlock).cid)
      for (const { cid } of BLOCKS.values()) await rig.store.delete(cid)
      await rig.store.resumeReleases()
      await rig.store.emptyTrash(rig.time + 2 * DAY_MS)
      assert.deepEqual(rig.files('trash'), [])
      const { used, reserved, blocks } = rig.store.usage()
      assert.deepEqual({ used, blocks, reserved }, { used: 0, blocks: 0, reserved: 0 })
      for (const table of ['pins', 'refs', 'uploads', 'unlinks', 'releasing', 'blocks']) assert.equal(rig.db.get(`SELECT 1 FROM ${table}`), undefined, table)
      // a crash between rename and commit leaves a file without a row, which the next put takes over
      if (!crashed) assert.deepEqual(rig.files('blocks'), [])
      await rig.db.close()
    }), { numRuns: 120 })
  })
})
