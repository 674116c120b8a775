import assert from 'node:assert/strict'
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileExistsError, InvalidOptionError } from '../../src/errors.js'
import { openTarget } from '../../src/cli/target.js'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('get: where the bytes go', () => {
  let cwd: string
  beforeEach(async () => { cwd = await mkdtemp(join(tmpdir(), 'dfs-target-')) })
  afterEach(async () => { await rm(cwd, { recursive: true, force: true }) })

  const get = async (name: string, output?: string): Promise<void> => {
    const target = await openTarget(name, output, cwd, new AbortController().signal)
    await target.write(text('new'))
    await target.finish()
  }
  const content = (path: string): Promise<string> => readFile(join(cwd, path), 'utf8')

  it('is the last part of the name, here', async () => {
    await get('photos/cat.jpg')
    assert.equal(await content('cat.jpg'), 'new')
    assert.deepEqual(await readdir(cwd), ['cat.jpg'])
  })

  it('is never an existing file, unless -o names it', async () => {
    await writeFile(join(cwd, 'cat.jpg'), 'old')
    await assert.rejects(get('photos/cat.jpg'), FileExistsError)
    assert.equal(await content('cat.jpg'), 'old')
    await get('photos/cat.jpg', 'cat.jpg')
    assert.equal(await content('cat.jpg'), 'new')
  })

  it('does not replace a file that came meanwhile', async () => {
    const target = await openTarget('cat.jpg', undefined, cwd, new AbortController().signal)
    await target.write(text('new'))
    await writeFile(join(cwd, 'cat.jpg'), 'old')
    await assert.rejects(target.finish(), FileExistsError)
    await target.discard()
    assert.equal(await content('cat.jpg'), 'old')
    assert.deepEqual(await readdir(cwd), ['cat.jpg'])
  })

  it('is below a folder, with or without a slash', async () => {
    await mkdir(join(cwd, 'd'))
    await get('photos/cat.jpg', 'd/')
    await get('photos/dog.jpg', 'd')
    assert.deepEqual((await readdir(join(cwd, 'd'))).sort(), ['cat.jpg', 'dog.jpg'])
  })

  it('is no folder that does not exist, and no folder in place of a file', async () => {
    await assert.rejects(get('cat.jpg', 'none/'), InvalidOptionError)
    await mkdir(join(cwd, 'd', 'cat.jpg'), { recursive: true })
    await assert.rejects(get('cat.jpg', 'd/'), InvalidOptionError)
  })

  it('appears only when it is complete', async () => {
    await writeFile(join(cwd, 'out'), 'old')
    const target = await openTarget('cat.jpg', 'out', cwd, new AbortController().signal)
    await target.write(text('half'))
    assert.equal(await content('out'), 'old')
    await target.discard()
    assert.equal(await content('out'), 'old')
    assert.deepEqual(await readdir(cwd), ['out'])
  })

  it('keeps the mode of what it replaces, and a link stays a link', async () => {
    await writeFile(join(cwd, 'real'), 'old')
    await chmod(join(cwd, 'real'), 0o600)
    await symlink('real', join(cwd, 'link'))
    await get('cat.jpg', 'link')
    assert.ok((await lstat(join(cwd, 'link'))).isSymbolicLink())
    assert.equal(await content('real'), 'new')
    assert.equal((await stat(join(cwd, 'real'))).mode & 0o777, 0o600)
  })

  it('writes devices straight', async () => {
    await get('cat.jpg', '/dev/null')
    assert.ok((await stat('/dev/null')).isCharacterDevice())
  })
})
