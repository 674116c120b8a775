import assert from 'node:assert/strict'
import { LastOwnerError } from '../../src/errors.js'
import type { RevokeOptions } from '../../src/api/node.js'
import { TestWorld } from './harness.js'

describe('dfs revoke', () => {
  let world: TestWorld
  let asked: Array<[target: string, options: RevokeOptions]>

  beforeEach(async () => {
    world = await TestWorld.open()
    asked = []
    world.node.revoke = async (target: string, { signal: _, ...options }: RevokeOptions = {}) => {
      asked.push([target, options])
      if (target === 'laptop' && options.force !== true) throw new LastOwnerError('No owner would be left')
      if (target.startsWith('dfs-link1')) return { kind: 'link', label: 'cat.jpg' }
      return target.startsWith('dfs-invite1') ? { kind: 'invite', label: '' } : { kind: 'member', label: target, peer: '12D3KooWGone' }
    }
  })
  afterEach(async () => { await world.close() })

  it('hands on what it was told, and says what was taken out', async () => {
    assert.equal((await world.run('revoke', 'nas')).code, 0)
    assert.equal((await world.run('revoke', 'nas', '--since', 'abcdef', '--force')).code, 0)
    const { stdout } = await world.run('--json', 'revoke', 'pi')
    assert.deepEqual(JSON.parse(stdout), { kind: 'member', label: 'pi', peer: '12D3KooWGone' })
    assert.deepEqual(asked, [['nas', {}], ['nas', { since: 'abcdef', force: true }], ['pi', {}]])
  })

  it('takes an invite from a file, so that it stands in no list of processes', async () => {
    await world.file('invite', 'dfs-invite1abc')
    assert.equal((await world.run('revoke', '@invite')).code, 0)
    assert.deepEqual(asked, [['dfs-invite1abc', {}]])
  })

  it('takes a link back', async () => {
    world.input('dfs-link1abc\n')
    assert.match((await world.run('revoke', '-')).stdout, /^That link to cat\.jpg is closed\.$/m)
    assert.deepEqual(asked, [['dfs-link1abc', {}]])
  })

  it('says whom the machine had let in, and whether they went', async () => {
    world.node.revoke = async (label, { admitted = 'revoke' } = {}) =>
      ({ kind: 'member', label, peer: '12D3KooWGone', admitted: { went: admitted === 'revoke', members: ['pi', 'evil\u001b[2J'].map((name) => ({ peer: name, label: name })) } })
    assert.match((await world.run('revoke', 'nas')).stdout, /^Out with it went 2 machines that it had let in: pi, evil\ufffd\[2J\.$/m)
    assert.match((await world.run('revoke', 'my nas', '--admitted', 'keep')).stdout, /^In the vault stayed 2 machines .*dfs revoke 'my nas' --admitted revoke$/m)
    assert.equal((await world.run('revoke', 'nas', '--admitted', 'some')).code, 2)
  })

  it('is refused for the last owner without --force', async () => {
    assert.equal((await world.run('revoke', 'laptop')).code, 5)
    assert.equal((await world.run('revoke', 'laptop', '--force')).code, 0)
    assert.equal((await world.run('revoke')).code, 2)
  })
})
