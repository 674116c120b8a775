import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { describe as words } from '../../src/cli/commands/verify.js'
import { IndexDamagedError } from '../../src/errors.js'
import { serveRpc } from '../../src/rpc/server.js'
import type { VerifyResult } from '../../src/api/node.js'
import { TestWorld } from './harness.js'

const SOUND: VerifyResult = { ok: true, index: [], blocks: 10, bytes: 1_000_000, damaged: { blocks: 0, repaired: 0, list: [] }, adopted: { blocks: 0, bytes: 0 }, strange: 0 }
const REBUILT = { time: new Date(0), pages: { found: 228, of: 456 }, entries: 130, blocks: 136, bytes: 8_810_000, versions: 129, whole: 128, settled: false }

describe('dfs verify', () => {
  let world: TestWorld
  beforeEach(async () => { world = await TestWorld.open() })
  afterEach(async () => { await world.close() })

  it('says that all is sound, and ends with 0', async () => {
    const { code, stdout, stderr } = await world.run('verify')
    assert.deepEqual([code, stdout, stderr], [0, 'index   sound\nblocks  10 read, 1 kB · none is damaged\n', ''])
    assert.deepEqual(JSON.parse((await world.run('verify', '--json')).stdout), world.node.found)
    assert.equal(world.inits[0]?.rebuildIndex, undefined)
  })

  it('names what is damaged, and ends with 7 while some of it stays', async () => {
    world.node.found = {
      ...SOUND,
      ok: false,
      damaged: {
        blocks: 3,
        repaired: 1,
        list: [
          { cid: 'bafkone', reason: 'its file is gone', repaired: true, versions: 1, files: [{ name: 'photos/cat.jpg', version: 'abcdefghijklmnop' }] },
          { cid: 'bafktwo', reason: 'its bytes are not those of its CID', repaired: false, versions: 2, files: [] },
          { cid: 'bafkthree', reason: 'its bytes are not those of its CID', repaired: false, versions: 0, files: [] }
        ]
      },
      adopted: { blocks: 1, bytes: 5000 },
      strange: 2
    }
    const { code, stdout } = await world.run('verify')
    assert.equal(code, 7)
    assert.deepEqual(stdout.split('\n').slice(0, 7), [
      'index   sound',
      'blocks  10 read, 1 MB · 3 damaged or gone, 1 of them repaired from other members',
      '        1 block that the index did not know or held for gone, 5 kB: kept for 30 days, and for as long as an entry names them',
      `        2 files in ${world.path('vault')}/blocks are no blocks and were left there`,
      '  repaired  bafkone  its file is gone: photos/cat.jpg (abcdefghij)',
      '  damaged   bafktwo  its bytes are not those of its CID: 2 versions without a name here',
      '  damaged   bafkthree  its bytes are not those of its CID: no version needs it'
    ])
    assert.match(stdout, /when one of them is connected, repeat: {2}dfs verify\n$/)
    assert.equal((await world.run('verify', '--json')).code, 7)
  })

  it('says what other machines proved, with --remote', async () => {
    const members = [
      { peer: 'p', label: 'nas\u001b', copies: 12, proved: 12, missing: 0, wrong: 0, unreached: 0 },
      { peer: 'q', label: 'pi', copies: 3, proved: 1, missing: 1, wrong: 1, unreached: 2 },
      { peer: 'r', label: 'laptop', copies: 0, proved: 0, missing: 0, wrong: 0, unreached: 0 }
    ]
    assert.deepEqual(words({ ...SOUND, ok: false, remote: { versions: 14, members } }, '/x').slice(2), [
      'others  nas\ufffd: 12 of 12 copies proved',
      '        pi: 1 of 3 copies proved · 1 not there · 1 damaged · no answer about 2. These do not count until they are proved; others make up for them',
      '        laptop: says that it holds none of them'
    ])
    assert.deepEqual(words({ ...SOUND, remote: { versions: 1, members: [] } }, '/x').slice(2), ['others  no other machine that should hold one of 1 version is here'])
  })

  it('of a damaged index says what to type', async () => {
    world.node.found = { ...SOUND, ok: false, index: ['Tree 12 page 51: btreeInitPage() returns error code 11'], blocks: 0, bytes: 0 }
    const { code, stdout } = await world.run('--dir', world.path('vault'), 'verify')
    assert.equal(code, 7)
    assert.equal(stdout, `index   damaged\n        Tree 12 page 51: btreeInitPage() returns error code 11\nNothing was changed. Next:  dfs --dir ${world.path('vault')} verify --rebuild\n`)
    world.open = async () => { throw new IndexDamagedError('The index /vault/index.db is missing') }
    const refused = await world.run('ls')
    assert.equal(refused.code, 7)
    assert.equal(refused.stderr, 'The index /vault/index.db is missing (IndexDamagedError).\nNothing was changed. A new index is made from what can be read of the old one, from the blocks here and from other members by:  dfs verify --rebuild\n')
    // of the other file no new one is made
    world.open = async () => { throw Object.assign(new IndexDamagedError('/vault/format does not say what it should'), { part: 'format' }) }
    assert.equal((await world.run('ls')).stderr, '/vault/format does not say what it should (IndexDamagedError).\nNothing was changed.\n')
  })

  it('--rebuild opens the folder with a new index, and says what came of it', async () => {
    await mkdir(world.path('vault'))
    await writeFile(world.path('vault', 'format'), 'dfs 1\n')
    world.node.found = { ...SOUND, rebuilt: { ...REBUILT, aside: 'index.db.damaged-1' } }
    const { code, stdout } = await world.run('verify', '--rebuild')
    assert.equal(code, 0)
    assert.equal(typeof world.inits[0]?.rebuildIndex, 'object')
    assert.equal(world.inits[0]?.createIfMissing, false)
    assert.deepEqual(stdout.split('\n').slice(0, 3), [
      `A new index was made: 228 of 456 pages of the old one were there. The old one is ${world.path('vault')}/index.db.damaged-1.`,
      '        130 entries and 136 blocks were found, 8.81 MB; of 129 versions that they name 128 are whole here.',
      '        Until all has been compared with another member, nothing is collected, and names may be missing.'
    ])
    const [first, second, third] = words({ ...SOUND, rebuilt: { ...REBUILT, pages: { found: 0, of: 0 }, versions: 0, settled: true } }, '/vault')
    assert.equal(first, 'A new index was made: nothing of the old one could be read. There was no old one.')
    assert.equal(second, '        130 entries and 136 blocks were found, 8.81 MB.')
    assert.equal(third, '        All has been compared with another member since.')
  })

  it('--rebuild is refused while a node runs in the folder', async () => {
    await mkdir(world.path('vault'), { mode: 0o700 })
    await writeFile(world.path('vault', 'format'), 'dfs 1\n')
    const door = await serveRpc(world.node, world.path('vault'), { env: {} })
    const { code, stderr } = await world.run('verify', '--rebuild')
    assert.equal(code, 8)
    assert.match(stderr, /Stop it first/)
    assert.equal(world.inits.length, 0)
    // without it the node reads by itself
    assert.equal((await world.run('verify')).code, 0)
    await door.close()
  })
})
