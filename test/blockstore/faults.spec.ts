import assert from 'node:assert/strict'
import { CrashRig, DIR } from './crash-rig.js'
import { inlineVersion, newUpload, rawBlock } from './fixtures.js'

const failing = (code: string): Error => Object.assign(new Error(code), { code })
const pathOf = (name: string): string => `${DIR}/blocks/f/${name}`

describe('store, faults of the disk', () => {
  let rig: CrashRig
  const block = rawBlock('large', 1000)
  const other = rawBlock('other', 1000)

  beforeEach(async () => { rig = await CrashRig.create() })
  afterEach(async () => { await rig.db.close() })

  /** The n-th time (from 1) that a step of this name is taken it fails; `times` in a row. */
  const fail = (name: string, code: string, times = Infinity): void => {
    rig.machine.fault = (step) => {
      if (step.name === name && times-- > 0) throw failing(code)
    }
  }

  it('goes tmp, length, fdatasync, rename, folder, index: in that order', async () => {
    const from = rig.machine.steps.length
    await rig.store.put(block.cid, block.bytes)
    assert.deepEqual(rig.machine.steps.slice(from).map(({ name }) => name), [
      'read', // that of a transform from outside gives no other block this path
      'makeFolder', 'syncFolder', // of a transform from outside; the folders of ours are made at init
      'create', 'write', 'size', 'sync', 'close', 'rename', 'syncFolder', 'commit'
    ])
  })

  for (const name of ['create', 'write', 'sync', 'rename']) {
    it(`no room at ${name}: NoSpaceError, nothing half-visible, the store goes on`, async () => {
      await rig.store.put(other.cid, other.bytes)
      fail(name, 'ENOSPC')
      await assert.rejects(rig.store.put(block.cid, block.bytes), { code: 'NO_SPACE' })
      assert.equal(rig.store.stat(block.cid), undefined)
      assert.deepEqual(rig.files('tmp'), [])
      assert.deepEqual(await rig.store.read(other.cid), other.bytes)
      assert.deepEqual({ ...rig.store.usage(), free: 0, index: 0 }, { used: 1000, reserved: 0, capacity: 1e9, reserve: 2e10, free: 0, readOnly: false, quarantined: 0, blocks: 1, trash: { blocks: 0, bytes: 0 }, index: 0 })
      rig.machine.fault = () => {}
      await rig.store.put(block.cid, block.bytes)
      assert.deepEqual(await rig.store.read(block.cid), block.bytes)
    })
  }

  it('deletes with no room left', async () => {
    await rig.store.put(block.cid, block.bytes)
    rig.machine.fault = ({ name }) => { if (['create', 'write'].includes(name)) throw failing('ENOSPC') }
    await rig.store.delete(block.cid)
    assert.deepEqual(rig.files('blocks'), [])
  })

  it('a file that cannot be unlinked is no failure of what was committed; the next start unlinks it', async () => {
    const upload = newUpload()
    const version = inlineVersion('v', 2000)
    await rig.store.put(block.cid, block.bytes)
    await rig.store.begin({ upload, writer: 'w', expected: 0 })
    await rig.store.put(other.cid, other.bytes, { upload })
    await rig.store.put(version.cid, version.bytes)
    const kept = newUpload()
    await rig.store.begin({ upload: kept, writer: 'w', expected: 0 })
    await rig.store.put(version.cid, version.bytes, { upload: kept })
    await rig.store.finish(kept, version.cid)
    fail('remove', 'EIO')
    await rig.store.delete(version.cid)
    await rig.store.delete(block.cid)
    await rig.store.abandon(upload)
    assert.deepEqual(await rig.store.release(version.cid), { blocks: 1, bytes: version.bytes.length })
    assert.equal(rig.store.usage().blocks, 0)
    assert.equal(rig.files('blocks').length, 3)
    await rig.store.put(block.cid, block.bytes)
    await rig.kill()
    assert.deepEqual(rig.files('blocks'), [pathOf(block.cid.toString())])
    assert.deepEqual(await rig.store.read(block.cid), block.bytes)
  })

  for (const [name, code] of [['sync', 'EIO'], ['syncFolder', 'EIO'], ['rename', 'EIO'], ['write', 'EIO'], ['create', 'EROFS']] as const) {
    it(`${code} at ${name} once: written once more, to a new file`, async () => {
      await rig.store.put(other.cid, other.bytes)
      const from = rig.machine.steps.length
      fail(name, code, 1)
      await rig.store.put(block.cid, block.bytes)
      const created = rig.machine.steps.slice(from).filter((step) => step.name === 'create').map(({ path }) => path)
      assert.equal(new Set(created).size, 2)
      assert.deepEqual(await rig.store.read(block.cid), block.bytes)
      assert.equal(rig.store.usage().readOnly, false)
    })

    it(`${code} at ${name} twice: read-only, shown, nothing acknowledged, reading goes on`, async () => {
      await rig.store.put(other.cid, other.bytes)
      fail(name, code)
      await assert.rejects(rig.store.put(block.cid, block.bytes), { code: 'STORE_FAILED' })
      rig.machine.fault = () => {}
      assert.equal(rig.store.usage().readOnly, true)
      assert.equal(rig.store.stat(block.cid), undefined)
      await assert.rejects(rig.store.put(block.cid, block.bytes), { code: 'STORE_FAILED' })
      await assert.rejects(rig.store.begin({ upload: newUpload(), writer: 'w', expected: 1 }), { code: 'STORE_FAILED' })
      assert.deepEqual(await rig.store.read(other.cid), other.bytes)
      await rig.kill()
      await rig.store.put(block.cid, block.bytes)
    })
  }

  it('never syncs a descriptor again that failed', async () => {
    fail('sync', 'EIO')
    await assert.rejects(rig.store.put(block.cid, block.bytes), { code: 'STORE_FAILED' })
    const synced = rig.machine.steps.filter(({ name }) => name === 'sync').map(({ path }) => path)
    assert.equal(synced.length, 2)
    assert.notEqual(synced[0], synced[1])
  })

  it('a file of another length than was written is a failure of the disk', async () => {
    const { disk } = rig
    const create = disk.create.bind(disk)
    disk.create = async (path) => ({ ...await create(path), size: async () => 999 })
    await assert.rejects(rig.store.put(block.cid, block.bytes), { code: 'STORE_FAILED' })
    assert.equal(rig.store.stat(block.cid), undefined)
  })

  it('too many open files is an error of the moment', async () => {
    fail('create', 'EMFILE', 1)
    await assert.rejects(rig.store.put(block.cid, block.bytes), { code: 'EMFILE' })
    assert.equal(rig.store.usage().readOnly, false)
    await rig.store.put(block.cid, block.bytes)
  })

  it('an error of reading is that error, and not absence', async () => {
    await rig.store.put(block.cid, block.bytes)
    fail('read', 'EIO')
    await assert.rejects(rig.store.read(block.cid), { code: 'EIO' })
    await assert.rejects(rig.store.recheck(block.cid), { code: 'EIO' })
    rig.machine.fault = () => {}
    assert.deepEqual(rig.corrupt, [])
    assert.deepEqual(await rig.store.read(block.cid), block.bytes)
  })

  it('folder fsyncs are shared: many puts at once, few syncs', async () => {
    const blocks = Array.from({ length: 40 }, (_, n) => rawBlock(n, 500))
    await Promise.all(blocks.map(({ cid, bytes }) => rig.store.put(cid, bytes)))
    const count = (name: string): number => rig.machine.steps.filter((step) => step.name === name && step.path.endsWith('/f')).length
    assert.ok(count('syncFolder') <= 40 / 2, `${count('syncFolder')} syncs`)
    assert.equal(rig.machine.steps.filter(({ name }) => name === 'sync').length, 40)
  })

  it('a held block is not written again', async () => {
    const upload = newUpload()
    await rig.store.put(block.cid, block.bytes)
    await rig.store.begin({ upload, writer: 'w', expected: 0 })
    const from = rig.machine.steps.length
    await rig.store.put(block.cid, block.bytes, { upload })
    assert.deepEqual(rig.machine.steps.slice(from).map(({ name }) => name), ['size', 'commit'])
    await rig.store.delete(block.cid)
    assert.deepEqual(await rig.store.read(block.cid), block.bytes, 'pinned')
    await rig.store.abandon(upload)
    assert.equal(rig.store.stat(block.cid), undefined)
  })

  describe('damage', () => {
    beforeEach(async () => {
      await rig.store.put(block.cid, block.bytes)
      await rig.store.put(other.cid, other.bytes)
    })

    const damages: Array<[string, (bytes: Uint8Array) => Uint8Array | undefined, { verify?: boolean }, boolean]> = [
      ['a flipped bit', (bytes) => { const copy = bytes.slice(); copy[500] = (copy[500] ?? 0) ^ 1; return copy }, {}, false],
      ['a cut file', (bytes) => bytes.slice(0, 999), { verify: false }, false],
      ['a file that grew', (bytes) => new Uint8Array([...bytes, 0]), { verify: false }, false],
      ['a file that is gone', () => undefined, { verify: false }, true]
    ]
    for (const [what, change, options, lost] of damages) {
      it(`${what}: an error once, reported, absent afterwards, ${lost ? 'noted' : 'in quarantine'}; a new put mends it`, async () => {
        rig.disk.damage(pathOf(block.cid.toString()), change(block.bytes))
        await assert.rejects(rig.store.read(block.cid, options), { code: 'BLOCK_CORRUPT' })
        assert.deepEqual(rig.corrupt.map((found) => [String(found.cid), found.lost]), [[String(block.cid), lost]])
        assert.equal(await rig.store.read(block.cid, options), undefined)
        assert.equal(rig.store.stat(block.cid), undefined)
        assert.deepEqual(await rig.store.read(other.cid), other.bytes)
        const aside = rig.files('quarantine')
        assert.equal(aside.length, lost ? 0 : 2)
        assert.equal(aside.filter((path) => path.endsWith('.reason')).length, lost ? 0 : 1)
        assert.equal(rig.store.usage().quarantined, lost ? 0 : 1)
        await rig.store.put(block.cid, block.bytes)
        assert.deepEqual(await rig.store.read(block.cid), block.bytes)
        assert.equal(rig.files('quarantine').length, lost ? 0 : 2)
        await rig.kill()
        assert.equal(rig.store.usage().quarantined, lost ? 0 : 1)
      })

      it(`${what}: seen by a put of the same block, which mends it`, async () => {
        rig.disk.damage(pathOf(block.cid.toString()), change(block.bytes))
        await rig.store.put(block.cid, block.bytes)
        if (what !== 'a flipped bit') {
          assert.deepEqual(rig.corrupt.map((found) => found.lost), [lost])
          assert.deepEqual(await rig.store.read(block.cid), block.bytes)
        }
      })
    }

    it('a complaint makes the block be looked at now', async () => {
      assert.equal(await rig.store.recheck(block.cid), true)
      rig.disk.damage(pathOf(block.cid.toString()), block.bytes.map((byte) => byte ^ 255))
      assert.deepEqual((await rig.store.read(block.cid, { verify: false }))?.length, 1000)
      assert.equal(await rig.store.recheck(block.cid), false)
      assert.equal(rig.store.stat(block.cid), undefined)
      assert.equal(rig.corrupt.length, 1)
      assert.equal(await rig.store.recheck(block.cid), false)
      assert.equal(rig.corrupt.length, 1)
    })

    it('a small block in the index is checked and put aside as well', async () => {
      const small = rawBlock('small', 50)
      await rig.store.put(small.cid, small.bytes)
      await rig.db.write([['UPDATE blocks SET bytes = ? WHERE cid = ?', new Uint8Array(50), small.cid.bytes]])
      await assert.rejects(rig.store.read(small.cid), { code: 'BLOCK_CORRUPT' })
      assert.equal(await rig.store.read(small.cid), undefined)
      assert.equal(rig.files('quarantine').length, 2)
      await rig.store.put(small.cid, small.bytes)
      assert.deepEqual(await rig.store.read(small.cid), small.bytes)
    })

    it('verifyAll finds each one, and only those', async () => {
      rig.disk.damage(pathOf(block.cid.toString()), undefined)
      const seen: string[] = []
      const found: string[] = []
      for await (const { cid } of rig.store.verifyAll({ onBlock: (cid) => seen.push(String(cid)) })) found.push(String(cid))
      assert.deepEqual(found, [String(block.cid)])
      assert.deepEqual(seen.sort(), [String(block.cid), String(other.cid)].sort())
    })

    it('"I have it" is said after a look: what is gone or was cut is not pinned', async () => {
      const upload = newUpload()
      const absent = rawBlock('absent', 10)
      await rig.store.begin({ upload, writer: 'w', expected: 0 })
      rig.disk.damage(pathOf(block.cid.toString()), block.bytes.slice(1))
      assert.deepEqual(await rig.store.pin(upload, [block.cid, other.cid, absent.cid, other.cid]), [false, true, false, true])
      assert.equal(rig.corrupt.length, 1)
    })

    it('and after hashing when that was long ago', async () => {
      const upload = newUpload()
      await rig.store.begin({ upload, writer: 'w', expected: 0 })
      rig.disk.damage(pathOf(block.cid.toString()), block.bytes.map((byte) => byte ^ 1))
      assert.deepEqual(await rig.store.pin(upload, [block.cid]), [true])
      rig.time += 14 * 86400e3 + 1
      assert.deepEqual(await rig.store.pin(upload, [block.cid, other.cid]), [false, true])
    })

    it('a finished version with a damaged block is not complete', async () => {
      const upload = newUpload()
      const version = inlineVersion('v', 2000)
      await rig.store.begin({ upload, writer: 'w', expected: 0 })
      await rig.store.put(version.cid, version.bytes, { upload })
      await rig.store.finish(upload, version.cid)
      assert.equal(await rig.store.complete(version.cid), true)
      rig.disk.damage(pathOf(version.cid.toString()), undefined)
      await rig.store.recheck(version.cid)
      assert.equal(await rig.store.complete(version.cid), false)
      await rig.store.put(version.cid, version.bytes)
      assert.equal(await rig.store.complete(version.cid), true)
    })
  })
})
