import assert from 'node:assert/strict'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { connected, failsWith, infos, names, next } from '../node/cluster.js'
import { DAMAGES, FILES, owners, settled } from './lost-index.js'

const isDamaged = (error: Error): boolean => 'code' in error && error.code === 'INDEX_DAMAGED'

describe('an index that was lost or damaged, and the file of admits', function () {
  this.timeout(60_000)
  const { cluster, alone, rebuilt } = owners()

  it('of a founder whom nobody can reach: it finds the others where they were, though it does not know them any more', async () => {
    const { dir, init } = await alone()
    const a = await cluster.node(init)
    const b = await cluster.member(a)
    while ((await names(b)).length < FILES.length) await next(b, 'file:put')
    await a.stop()
    // b is reached at an address that a dialled
    const again = await cluster.node({ ...init, dialOnly: true })
    await connected(again, b)
    await again.stop()
    await DAMAGES.deleted?.(join(dir, 'index.db'))
    const rebuiltOne = await rebuilt({ ...init, dialOnly: true })
    await connected(rebuiltOne, b)
    await settled(rebuiltOne)
    assert.deepEqual((await names(rebuiltOne)).length, FILES.length)
  })

  it('an owner without its file of admits admits itself again', async () => {
    const { dir, init } = await alone()
    const a = await cluster.node({ ...init, createIfMissing: false })
    const b = await cluster.member(a)
    while ((await names(b)).length < FILES.length) await next(b, 'file:put')
    const { peer } = a
    await a.stop()
    await DAMAGES.deleted?.(join(dir, 'index.db'))
    await rm(join(dir, 'admits'))
    const again = await rebuilt({ ...init, bootstrap: [`${b.addresses[0] ?? ''}`] })
    await connected(again, b)
    assert.equal(again.peer, peer)
    await settled(again)
    assert.deepEqual((await infos(again)).length, FILES.length)
  })

  it('a folder that was made before there was such a file has it after a start', async () => {
    const { dir, init } = await alone()
    await rm(join(dir, 'admits'))
    const node = await cluster.node({ ...init, createIfMissing: false })
    await node.stop()
    assert.ok((await stat(join(dir, 'admits'))).size > 100)
    assert.ok(isDamaged(await failsWith((async () => {
      await DAMAGES.deleted?.(join(dir, 'index.db'))
      await cluster.node({ ...init, createIfMissing: false })
    })(), 'INDEX_DAMAGED')))
    assert.equal((await rebuilt(init)).role, 'owner')
  })
})
