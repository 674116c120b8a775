import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { BlocksUnavailableError, LinkRevokedError, VersionNotFoundError } from '../../src/errors.js'
import { TestWorld } from './harness.js'

const linkTo = (name: string): string => `dfs-link1${Buffer.from(name).toString('hex')}`

describe('dfs share and dfs fetch', () => {
  let world: TestWorld
  beforeEach(async () => {
    world = await TestWorld.open()
    await world.node.put('photos/cat.jpg', [Buffer.from('meow'.repeat(50_000))])
  })
  afterEach(async () => {
    assert.equal(world.links, 0)
    await world.close()
  })

  it('share prints the text alone, and hands on how long it is good and for which version', async () => {
    assert.deepEqual(await world.run('share', 'photos/cat.jpg').then(({ code, stdout, stderr }) => [code, stdout, stderr]), [0, `${linkTo('photos/cat.jpg')}\n`, ''])
    const before = Date.now()
    const { stdout } = await world.run('--json', 'share', 'photos/cat.jpg', '--expires', '24h', '--version', 'abcdef')
    const { link, name, expires } = JSON.parse(stdout) as { link: string, name: string, expires: string }
    assert.deepEqual([link, name], [linkTo('photos/cat.jpg'), 'photos/cat.jpg'])
    assert.ok(new Date(expires).getTime() >= before + 86400e3)
    assert.deepEqual(world.node.shared, [['photos/cat.jpg', { expires: 7 * 86400e3 }], ['photos/cat.jpg', { expires: 86400e3, version: 'abcdef' }]])
    assert.equal((await world.run('share', 'none')).code, 3)
    assert.equal((await world.run('share', 'x', '--expires', 'soon')).code, 2)
    world.node.share = async () => { throw new VersionNotFoundError('no') }
    assert.equal((await world.run('share', 'photos/cat.jpg', '--version', 'zzzzzz')).code, 3)
  })

  it('fetch writes the file here, into a folder, over another one, or to stdout; from an argument, a file or a pipe', async () => {
    const link = linkTo('photos/cat.jpg')
    const bytes = 'meow'.repeat(50_000)
    assert.equal((await world.run('fetch', link)).code, 0)
    assert.equal(await readFile(world.path('cat.jpg'), 'utf8'), bytes)
    assert.equal((await world.run('fetch', link)).code, 2)
    await world.file('out', 'before')
    await world.file('link', `${link}\n`)
    assert.equal((await world.run('fetch', '@link', '-o', 'out')).code, 0)
    assert.equal(await readFile(world.path('out'), 'utf8'), bytes)
    world.input(link)
    assert.equal((await world.run('fetch', '-', '-o', '-')).stdout, bytes)
    const { stdout } = await world.run('--json', 'fetch', link, '-o', 'again')
    assert.deepEqual(JSON.parse(stdout), { name: 'photos/cat.jpg', path: world.path('again'), bytes: bytes.length })
    // it opened no folder and made none
    assert.equal(world.inits.length, 0)
    assert.deepEqual((await readdir(world.cwd)).sort(), ['again', 'cat.jpg', 'link', 'out'])
  })

  it('a fetch that fails leaves nothing, and says what the link lacks', async () => {
    const { code, stderr } = await world.run('fetch', 'dfs-link1ff')
    assert.equal(code, 2)
    assert.equal(stderr, 'This is no link (InvalidLinkError).\nNothing was written. Next:  dfs fetch -   and paste the link. A machine of the vault makes a new one:  dfs share NAME\n')
    world.node.getFails = { after: 64 * 1024, error: new BlocksUnavailableError('gone') }
    assert.equal((await world.run('fetch', linkTo('photos/cat.jpg'))).code, 4)
    world.node.getFails = { after: 0, error: new LinkRevokedError('The link was taken back. Ask for a new one') }
    const revoked = await world.run('--json', 'fetch', linkTo('photos/cat.jpg'))
    assert.deepEqual([revoked.code, (JSON.parse(revoked.stderr) as { error: { code: string } }).error.code], [5, 'LINK_REVOKED'])
    assert.deepEqual(await readdir(world.cwd), [])
  })
})
