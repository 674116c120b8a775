import assert from 'node:assert/strict'
import type { MemberKnows, VersionInfo, Why } from '../../src/interface.js'
import { describe as words } from '../../src/cli/commands/why.js'
import { TestWorld } from './harness.js'

const now = new Date(2026, 10, 20, 12, 0)
const at = (hours: number, minutes: number): Date => new Date(2026, 10, 20, hours, minutes)
const version = (more: Partial<VersionInfo> = {}): VersionInfo => ({
  name: 'photos/my cat.jpg', version: 'k7qf2mabcdefgh', kind: 'put', state: 'head', current: true, time: at(9, 12), writer: { peer: 'n', label: 'nas' }, after: [], size: 1_200_000, here: true, ...more
})
const member = (more: Partial<MemberKnows> = {}): MemberKnows => ({ peer: 'n', label: 'nas', connected: true, present: true, wrote: false, knows: true, ...more })
const why = (more: Partial<Why> = {}): Why => ({ name: 'photos/my cat.jpg', current: version(), versions: 1, conflict: [], here: { whole: true }, members: [], ...more })
const shown = (found: Why, running = true): string[] => words(found, { running, dfs: 'dfs', now })

describe('dfs why', () => {
  it('of a file that is everywhere', () => {
    assert.deepEqual(shown(why({
      versions: 4,
      members: [member({ wrote: true, word: at(9, 13) }), member({ label: 'ana-pi\u001b', connected: false, lastSeen: at(8, 0), knows: false, lends: false })]
    })), [
      'photos/my cat.jpg  1.2 MB, version k7qf2mabcd',
      "nas put it, 09:12.  4 entries in its history:  dfs log 'photos/my cat.jpg'",
      'It can be read here, whoever else is away.',
      '',
      'this machine  all of it is on this disk',
      'nas           here · wrote it · said at 09:13 that all of it is on its disk',
      'ana-pi\ufffd       away since 08:00 · may not know of it yet · lends no space'
    ])
  })

  it('of a file that is not here, whether it can be read', () => {
    const gone = why({ here: { whole: false, why: 'room' } })
    const readable = (members: MemberKnows[], running = true): string | undefined => shown({ ...gone, members }, running)[2]
    assert.equal(readable([member({ word: at(9, 0) })]), 'It can be read here while nas is there.')
    assert.equal(readable([member()]), 'It can be read here if one of the machines that are here has it.')
    assert.equal(readable([member({ connected: false })]), 'It cannot be read here now: no other machine is there.')
    assert.equal(readable([member()], false), 'To read it here another machine that has it must be running.')
    assert.equal(shown(gone).at(-1), 'this machine  has no room for it')
    const reasons = (['capacity', 'let go', 'invalid', 'active', 'turn', 'room', 'disk', 'members', 'holders'] as const).map((why) => shown({ ...gone, here: { whole: false, why } }).at(-1))
    assert.equal(new Set(reasons).size, 9)
  })

  it('of a conflict, what it is between and what ends it', () => {
    const other = version({ version: 'm2aaaaaaaaaaaa', current: false, time: at(9, 10), writer: { peer: 'l', label: 'laptop' }, size: 900 })
    const removal = version({ version: 'x3aaaaaaaaaaaa', kind: 'delete', current: false, time: at(9, 11), writer: { peer: '', label: '' } })
    delete removal.size
    assert.deepEqual(shown(why({ conflict: [other, removal] })).slice(2, 6), [
      'Conflict: without knowledge of it and of each other',
      '  laptop put it, 09:10  900 B, version m2aaaaaaaa',
      '  A machine that is no member deleted it, 09:11  version x3aaaaaaaa',
      "The next put ends it; to take another one instead:  dfs restore 'photos/my cat.jpg' VERSION"
    ])
  })

  it('of a deleted file, who did it and what takes it back', () => {
    const current = version({ kind: 'delete' })
    delete current.size
    const { here: _, ...rest } = why()
    assert.deepEqual(shown({ ...rest, current, versions: 3, last: version({ current: false, state: 'superseded' }), members: [member()] }), [
      'photos/my cat.jpg is deleted.',
      "nas deleted it, 09:12.  3 entries in its history:  dfs log 'photos/my cat.jpg'",
      "Before that it was 1.2 MB, version k7qf2mabcd, all of which is on this disk. To take it back:  dfs restore 'photos/my cat.jpg'",
      '',
      'nas  here · knows of it'
    ])
  })

  it('of what counts for nothing, does not count yet, or cannot be read', () => {
    assert.equal(shown(why({ current: version({ state: 'void' }) }))[2], 'It counts for nothing: its writer was revoked.')
    assert.match(shown(why({ current: version({ state: 'waiting' }) }))[2] ?? '', /^It does not count yet/)
    assert.match(shown(why({ current: version({ unreadable: true }) }))[2] ?? '', /^Nobody can read it/)
    assert.match(shown(why({ current: version({ note: 'moved from a' }) }))[1] ?? '', /^nas put it, 09:12 \(moved from a\)\.$/)
  })

  it('prints one object with --json, and is 3 for a name that nobody knows', async () => {
    const world = await TestWorld.open()
    try {
      world.input('text')
      await world.run('put', '-', 'x')
      assert.equal((JSON.parse((await world.run('why', 'x', '--json')).stdout) as Why).name, 'x')
      assert.equal((await world.run('why', 'none')).code, 3)
    } finally {
      await world.close()
    }
  })
})
