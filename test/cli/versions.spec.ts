import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { VersionGoneError } from '../../src/errors.js'
import type { VersionInfo } from '../../src/api/node.js'
import { line } from '../../src/cli/commands/log.js'
import { serveRpc } from '../../src/rpc/server.js'
import { TestWorld } from './harness.js'

describe('commands: versions', () => {
  let world: TestWorld
  beforeEach(async () => {
    world = await TestWorld.open()
    for (const name of ['x', 'y', "it's"]) {
      world.input(`of ${name}`)
      await world.run('put', '-', name)
    }
  })
  afterEach(async () => { await world.close() })

  it('rm deletes each of its names, goes on after one that is not there, and says how to take them back', async () => {
    const { code, stdout, stderr } = await world.run('rm', 'x', 'none', "it's")
    assert.equal(code, 3)
    assert.deepEqual([...world.node.gone.keys()], ['x', "it's"])
    assert.equal(stdout, "x is deleted. To take it back:  dfs restore x\nit's is deleted. To take it back:  dfs restore 'it'\\''s'\n")
    assert.match(stderr, /^No file named "none" \(FileNotFoundError\)\.\nOther machines hear of it while the node runs: {2}dfs start\n$/)
    assert.equal((await world.run('rm', 'none')).code, 3)
    assert.equal((await world.run('rm')).code, 2)
    assert.deepEqual(JSON.parse((await world.run('rm', 'y', '--json')).stdout), { name: 'y', version: 'deleted', time: '1970-01-01T00:00:00.000Z' })
  })

  it('rm, mv, restore and status wait for other machines where they are told to, through the door too', async () => {
    const words = [['rm', 'x', '--durable', '2'], ['restore', 'y', '--durable', '3'], ['mv', 'y', 'z', '--durable', '4'], ['rm', 'z']]
    for (const [n, one] of words.entries()) assert.equal((await world.run(...one)).code, 0, String(n))
    assert.deepEqual(world.node.durables, [2, 3, 4, undefined])
    await mkdir(world.path('vault'), { mode: 0o700 })
    const door = await serveRpc(world.node, world.path('vault'), { env: {} })
    for (const one of [['status'], ['status', '--wait'], ['status', '--wait', '2']]) assert.equal((await world.run(...one)).code, 0)
    await world.run('rm', "it's", '--durable', '5')
    await door.close()
    assert.deepEqual(world.node.waitedFor, ['all', 2])
    assert.equal(world.node.durables.at(-1), 5)
    for (const one of [['status', '--wait', 'x'], ['rm', 'y', '--durable', '0']]) assert.equal((await world.run(...one)).code, 2)
  })

  it('--if-version is a version or none, of one file; cp gives a second name', async () => {
    world.input('new')
    assert.equal((await world.run('put', '-', 'z', '--if-version', 'none')).code, 0)
    world.input('newer')
    assert.equal((await world.run('put', '-', 'z', '--if-version', 'version-of-z')).code, 0)
    assert.deepEqual(world.node.expected.slice(-2), [null, 'version-of-z'])
    for (const words of [['rm', 'x', 'y', '--if-version', 'none'], ['rm', '-r', 'x', '--if-version', 'none'], ['mv', '-r', 'x', 'y', '--if-version', 'none'], ['restore', '-r', 'x', '--if-version', 'none']]) {
      const { code, stderr } = await world.run(...words)
      assert.equal(code, 2)
      assert.match(stderr, /--if-version/)
    }
    const { code, stdout } = await world.run('cp', 'x', 'folder/', '--if-version', 'version-of-x')
    assert.equal(code, 0)
    assert.equal(stdout, 'folder/x  4 B  version version-of  is what x is\n')
    assert.equal(world.node.copied[0]?.[2].ifVersion, 'version-of-x')
    assert.equal((await world.run('cp', 'x', 'folder/')).code, 2)
    assert.equal((await world.run('cp', 'none', 'other')).code, 3)
  })

  it('put says type and props, and stat shows them', async () => {
    world.input('<p>')
    assert.equal((await world.run('put', '-', 'page', '--type', 'text/html', '--prop', 'cache-control=no-cache', '--prop', 'a=b=c\u001b')).code, 0)
    const { stdout } = await world.run('stat', 'page')
    assert.match(stdout, /\n {2}type {5}text\/html\n {2}prop {5}cache-control = no-cache\n {2}prop {5}a = b=c\ufffd\n/)
    for (const words of [['--prop', 'x'], ['--prop', '=x'], ['--prop', 'a=1', '--prop', 'a=2']]) assert.equal((await world.run('put', '-', 'page', ...words)).code, 2)
  })

  it('log shows a version a line, and the same as objects', async () => {
    const { stdout } = await world.run('log', 'x')
    assert.deepEqual(stdout.split('\n').map((text) => text.replace(/^\S+ \S+/, 'TIME')), [
      'TIME  version-of  put           4 B  laptop  now',
      'TIME  older  delete             laptop',
      ''
    ])
    const objects = (await world.run('log', 'x', '--json')).stdout.trim().split('\n').map((text) => JSON.parse(text) as VersionInfo)
    assert.deepEqual(objects.map(({ kind, state }) => [kind, state]), [['put', 'head'], ['delete', 'superseded']])
    assert.equal((await world.run('log', 'none')).code, 3)
  })

  it('log says what is in conflict, given up, waiting, void, unreadable or elsewhere, and lets no control character through', () => {
    const base: VersionInfo = { name: 'x', version: 'abcdefghijklmnop', kind: 'put', state: 'superseded', current: false, time: new Date(2026, 10, 20, 9, 12), writer: { peer: 'p', label: 'n\u001bas' }, after: [], size: 1200 }
    const shown = (more: Partial<VersionInfo>): string => line({ ...base, ...more })
    assert.equal(shown({ here: true }), '2026-11-20 09:12  abcdefghij  put        1.2 kB  n\ufffdas')
    for (const [more, words] of [
      [{ state: 'head', current: true }, 'now'], [{ state: 'head' }, 'in conflict with the newest'], [{ state: 'forgotten', here: false, until: new Date(0) }, 'given up, not here'], [{ state: 'forgotten', here: true, until: new Date(2026, 10, 27, 9, 12) }, 'given up, can be restored here until 2026-11-27 09:12'],
      [{ state: 'waiting' }, 'waits for what it stands on'], [{ state: 'void' }, 'void, its writer was revoked'], [{ unreadable: true }, 'cannot be read'], [{ note: 'moved from a\u0007' }, 'moved from a\ufffd']
    ] as Array<[Partial<VersionInfo>, string]>) assert.ok(shown(more).endsWith(`n\ufffdas  ${words}`), shown(more))
  })

  it('log says what ends a conflict', async () => {
    const { history } = world.node
    world.node.history = async function * (name) { for await (const version of history.call(world.node, name)) yield { ...version, state: 'head' } }
    assert.match((await world.run('log', 'x')).stderr, /^Conflict: 2 versions were written without knowledge of each other\. The next put ends it, as does {2}dfs restore x VERSION\n$/)
  })

  it('restore takes a version, or none, and a version that is gone is 4 with what to do', async () => {
    assert.equal((await world.run('restore', 'x')).code, 0)
    assert.match((await world.run('restore', 'x', 'abcdef')).stdout, /^x {2}4 B {2}is what it was, as version version-of\n$/)
    assert.deepEqual(world.node.restored, [['x', undefined], ['x', 'abcdef']])
    world.node.restore = async () => { throw new VersionGoneError('Version abcdef cannot be put on top again: not all of it is left. Nothing was changed. nas has been away since 09:12') }
    const { code, stderr } = await world.run('restore', 'x', 'abcdef')
    assert.equal(code, 4)
    assert.deepEqual(stderr.split('\n'), [
      'Version abcdef cannot be put on top again: not all of it is left (VersionGoneError).', 'Nothing was changed. nas has been away since 09:12.', 'Who is away:  dfs members', ''
    ])
  })

  it('mv gives another name, into a prefix too, and over a file only with --force', async () => {
    assert.equal((await world.run('mv', 'x', 'z')).stdout, 'x is z now. Its older versions:  dfs log x\n')
    const again = async (): Promise<void> => { await world.node.put('x', [Buffer.from('x')]) }
    await again()
    await world.run('mv', 'x', 'dir/')
    await again()
    const refused = await world.run('mv', 'x', 'y')
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /^"y" is there already \(FileExistsError\)\.\nNothing was moved\.\n$/)
    assert.equal((await world.run('mv', 'x', 'y', '--force')).code, 0)
    assert.deepEqual(world.node.moved, [['x', 'z', false], ['x', 'dir/x', false], ['x', 'y', true]])
  })

  it('ls and stat show a conflict to a person, and leave the name alone for programs', async () => {
    const file = world.node.files.get('x')
    assert.ok(file !== undefined)
    file.info.conflict = true
    assert.equal((await world.run('ls', 'x')).stdout, 'x\n')
    assert.match((await world.run('ls', 'x', '--long')).stdout, / {2}x {2}\(conflict\)\n$/)
    assert.match((await world.run('stat', 'x')).stdout, / {2}conflict another version was written without knowledge of this one: {2}dfs log x\n$/)
    world.stdout.isTTY = true
    assert.equal((await world.run('ls', 'x')).stdout, 'x  (conflict)\n')
  })
})
