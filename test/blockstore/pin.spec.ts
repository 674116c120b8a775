import assert from 'node:assert/strict'
import { SCRUB_MS } from '../../src/defaults.js'
import { CrashRig } from './crash-rig.js'
import { newUpload, rawBlock } from './fixtures.js'

describe('store: a pin', () => {
  it('hashes what was last hashed too long ago, and does not name what is damaged by then', async () => {
    const rig = await CrashRig.create()
    const upload = newUpload()
    const { cid, bytes } = rawBlock('rots', 600)
    await rig.store.put(cid, bytes)
    const [path = ''] = rig.files('blocks')
    rig.disk.damage(path, bytes.with(300, (bytes[300] ?? 0) ^ 1))
    await rig.store.begin({ upload, writer: 'w', expected: 0 })
    rig.time += SCRUB_MS + 1
    assert.deepEqual(await rig.store.pin(upload, [cid]), [false])
    assert.equal(rig.corrupt.length, 1)
    await rig.db.close()
  })
})
