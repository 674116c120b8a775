import assert from 'node:assert/strict'
import { parseCid } from '../../protocols/block/cid.js'
import { CrashRig } from './crash-rig.js'
import { chunkedVersion, inlineVersion, newUpload, rawBlock, type TestBlock } from './fixtures.js'
import { Stopped } from './simulated-disk.js'

const note = (rig: CrashRig, n: number): number | undefined => rig.db.get<{ n: number }>('SELECT count(*) AS n FROM names WHERE name = ?', String(n))?.n
const noting = (n: number): [string, ...Array<string | number | Uint8Array>] =>
  ['INSERT INTO names (name, tag, version, root, bytes, size, time, conflict) VALUES (?, ?, ?, ?, 0, 0, 0, 0)', String(n), Uint8Array.of(n), Uint8Array.of(n), Uint8Array.of(n)]

/** What a process did and was told, until it stopped. */
interface Told { held: TestBlock[], finished: number[] }

/** One life of a node: uploads of large and small blocks, whole versions, a release to the trash and back, a plain put. */
async function life (rig: CrashRig, told: Told): Promise<void> {
  const { store } = rig
  const [open, whole, single] = [newUpload(), newUpload(), newUpload()]
  const version = chunkedVersion('v', 2, (index) => rawBlock(`chunk ${index}`, index === 0 ? 1024 ** 2 + 48 : 64 * 1024 + 48))
  const inline = inlineVersion('inline')
  const put = async (block: TestBlock, options: object): Promise<void> => {
    await store.put(block.cid, block.bytes, options)
    told.held.push(block)
  }
  await store.begin({ upload: open, writer: 'w', expected: 0 })
  await Promise.all([put(rawBlock('large', 600), { upload: open }), put(rawBlock('small', 20), { upload: open }), put(rawBlock('plain', 700), {})])

  await store.begin({ upload: whole, writer: 'w', expected: 1 })
  await Promise.all(version.map((block) => store.put(block.cid, block.bytes, { upload: whole })))
  told.held.push(...version)
  await store.finish(whole, (version[0] as TestBlock).cid, [noting(1)])
  told.finished.push(1)

  await store.begin({ upload: single, writer: 'me', expected: 300, local: true })
  await store.put(inline.cid, inline.bytes, { upload: single, stage: true })
  await store.finish(single, inline.cid, [noting(2)])
  told.held.push(inline)
  told.finished.push(2)

  told.held = told.held.filter((block) => !version.includes(block))
  told.finished = [2]
  await store.release((version[0] as TestBlock).cid, [['DELETE FROM names WHERE name = ?', '1']], { trash: true })

  // of two blocks in the trash one is pinned again
  const again = newUpload()
  await store.begin({ upload: again, writer: 'w', expected: 0 })
  const [, back] = version as [TestBlock, TestBlock]
  assert.deepEqual(await store.pin(again, [back.cid]), [true])
  told.held.push(back)
  await store.emptyTrash(rig.time + 2 * 86400e3)
}

describe('store, stopped before each of its steps', function () {
  this.timeout(60_000)

  for (const [how, chance] of [
    ['power lost, nothing unsynced is there', () => false],
    ['power lost, some of it is there', (() => { let n = 7; return () => { n = n * 1103515245 + 12345 & 0x7fffffff; return n > 0x3fffffff } })()],
    ['killed, all of it is there', () => true]
  ] as const) {
    it(`${how}: what was acknowledged is there, and nothing by half`, async () => {
      let stops = 0
      for (let at = 0; ; at++) {
        const rig = await CrashRig.create()
        rig.machine.stopBefore = rig.machine.steps.length + at
        const told: Told = { held: [], finished: [] }
        await life(rig, told).catch((error: unknown) => {
          if (!(error instanceof Stopped)) throw error
        })
        // what follows a commit fails in silence, so that the error alone does not say it
        const stopped = rig.machine.steps.length >= rig.machine.stopBefore
        await rig.powerLoss(chance)
        const { store } = rig

        assert.deepEqual(rig.files('tmp'), [])
        const inTrash = rig.db.all<{ cid: Uint8Array }>('SELECT cid FROM blocks WHERE trashed IS NOT NULL').map(({ cid }) => parseCid(cid).toString())
        for (const path of rig.files('trash')) assert.ok(inTrash.includes(path.split('/').at(-1) ?? ''), `${path} has no row after ${at} steps`)
        for (const { cid, bytes } of told.held) assert.deepEqual(await store.read(cid), bytes, `${String(cid)} is lost after ${at} steps`)
        for await (const block of store.verifyAll()) assert.fail(`${block.reason} after ${at} steps`)
        assert.deepEqual(rig.corrupt, [])
        for (const n of told.finished) assert.equal(note(rig, n), 1)
        const root = (chunkedVersion('v', 2, (index) => rawBlock(`chunk ${index}`, index === 0 ? 1024 ** 2 + 48 : 64 * 1024 + 48))[0] as TestBlock).cid
        assert.equal(store.rootsOf(root).length === 1 && await store.complete(root), note(rig, 1) === 1)
        assert.equal(await store.complete(inlineVersion('inline').cid), note(rig, 2) === 1)
        await rig.db.close()
        if (!stopped) break
        stops++
      }
      assert.ok(stops > 40, `only ${stops} steps`)
    })
  }

  it('uploads a file that lies there without a row again', async () => {
    const rig = await CrashRig.create()
    const { cid, bytes } = rawBlock('orphan', 500)
    const commit = rig.machine.steps.length
    rig.machine.fault = ({ name }) => { if (name === 'commit') throw new Stopped() }
    await assert.rejects(rig.store.put(cid, bytes), Stopped)
    assert.ok(rig.machine.steps.length > commit)
    await rig.kill()
    assert.equal(rig.files('blocks').length, 1)
    assert.equal(rig.store.stat(cid), undefined)
    await rig.store.put(cid, bytes)
    assert.deepEqual(await rig.store.read(cid), bytes)
    await rig.db.close()
  })

  it('unlinks at the next start what was removed from the index', async () => {
    const rig = await CrashRig.create()
    const { cid, bytes } = rawBlock('removed', 500)
    await rig.store.put(cid, bytes)
    rig.machine.fault = ({ name }) => { if (name === 'remove') throw new Stopped() }
    await rig.store.delete(cid)
    assert.equal(rig.files('blocks').length, 1)
    await rig.kill()
    assert.deepEqual(rig.files('blocks'), [])
    assert.equal(rig.db.get('SELECT 1 FROM unlinks'), undefined)
    await rig.db.close()
  })

  it('ends the local uploads of a dead process, and keeps those of others', async () => {
    const rig = await CrashRig.create()
    const [mine, theirs] = [newUpload(), newUpload()]
    const [a, b] = [rawBlock('a', 500), rawBlock('b', 500)]
    await rig.store.begin({ upload: mine, writer: 'me', expected: 0, local: true })
    await rig.store.begin({ upload: theirs, writer: 'them', expected: 0 })
    await rig.store.put(a.cid, a.bytes, { upload: mine })
    await rig.store.put(b.cid, b.bytes, { upload: theirs })
    await rig.kill()
    assert.equal(rig.store.stat(a.cid), undefined)
    assert.deepEqual(await rig.store.read(b.cid), b.bytes)
    assert.equal(rig.files('blocks').length, 1)
    await rig.db.close()
  })
})
