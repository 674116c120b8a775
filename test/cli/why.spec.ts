import assert from 'node:assert/strict'
import type { MemberKnows, VersionInfo, Why } from '../../src/api/node.js'
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
    const reasons = (['capacity', 'let go', 'invalid', 'damaged', 'active', 'turn', 'room', 'disk', 'members', 'holders'] as const).map((why) => shown({ ...gone, here: { whole: false, why } }).at(-1))
    assert.equal(new Set(reasons).size, 10)
  })

  it('of copies: how many there are, and what comes next', () => {
    const copies = (found: Partial<Why>, of: Partial<NonNullable<Why['copies']>> = {}): string | undefined =>
      shown(why({ should: true, ...found, copies: { wanted: 3, held: 3, lending: 4, graceMs: 3600e3, ...of } })).find((text) => text.startsWith('Copies:'))
    const held = (label: string, more: Partial<MemberKnows> = {}): MemberKnows => member({ label, should: true, has: { state: 'held', asked: now }, ...more })
    const says = (label: string, state: 'none' | 'cannot' | 'coming', more: Partial<MemberKnows> = {}): MemberKnows => held(label, { has: { state, asked: now, ...(state === 'coming' ? { percent: 40 } : {}) }, ...more })
    assert.equal(copies({ members: [held('a'), held('b')] }), 'Copies: 3, as many as are wanted.')
    assert.equal(copies({ members: [] }, { held: 4 }), 'Copies: 4, 3 are wanted; what is too much goes after a while.')
    assert.equal(copies({ members: [held('a')] }, { held: 2, lending: 2 }), 'Copies: 2, as many as are wanted (3 are asked for, and only 2 machines lend space).')
    assert.equal(copies({ members: [held('a'), says('b', 'coming')] }, { held: 2 }), 'Copies: 2 of 3. b is copying it (40 %).')
    assert.equal(copies({ members: [held('a'), says('b', 'none')] }, { held: 2 }), 'Copies: 2 of 3. b is to copy it.')
    const c = member({ label: 'c', has: { state: 'none', asked: now } })
    assert.equal(copies({ members: [held('a'), c, held('b', { connected: false, has: { state: 'held', asked: at(8, 0) } })] }, { held: 2 }),
      'Copies: 2 of 3. b should have a copy and is away: after 1 h without a sign another machine makes one.')
    assert.equal(copies({ members: [held('a'), says('b', 'cannot'), c] }, { held: 2 }),
      'Copies: 2 of 3. b should have a copy and cannot take one (no room, or put away there): the next machine in order makes one.')
    const full = member({ label: 'd', has: { state: 'cannot', asked: now } })
    const room = 'd cannot either. Lend more on one of them:  dfs config capacity SIZE.'
    assert.equal(copies({ members: [held('a'), says('b', 'cannot'), full] }, { held: 2 }), `Copies: 2 of 3. b should have a copy and cannot take one (no room, or put away there): ${room}`)
    assert.equal(copies({ members: [held('a'), full, held('b', { connected: false })] }, { held: 2 }), `Copies: 2 of 3. b should have a copy and is away, and ${room}`)
    assert.match(copies({ members: [held('a'), says('b', 'cannot'), full, c] }, { held: 2 }) ?? '', /: the next machine in order makes one\.$/)
    assert.match(copies({ members: [held('a'), says('b', 'cannot')] }, { held: 2 }) ?? '', /: no further machine is here to make one\.$/)
    assert.equal(copies({ members: [held('a', { failed: 'missing' })] }, { held: 1, wanted: 2 }), 'Copies: 1 of 2. a is to copy it.')
  })

  it('of a file whose only holder is away, who that is', () => {
    const found = why({ should: true, here: { whole: false, why: 'holders' }, copies: { wanted: 3, held: 0, lending: 3, graceMs: 3600e3 },
      members: [member({ label: 'pi', should: true, has: { state: 'none', asked: now } }), member({ connected: false, present: false, lastSeen: at(8, 0), word: at(9, 13), wrote: true, should: true })] })
    assert.deepEqual(shown(found).slice(2), [
      'It cannot be read here now: no machine that is here has it. nas has it and is away since 08:00.',
      'Copies: 0 of 3. This machine will copy it when a machine is there that has it. pi is to copy it.',
      '',
      'this machine  will copy it when a machine is there that has it',
      'pi            here · knows of it · has none of it, and is to copy it',
      'nas           away since 08:00 · wrote it · said at 09:13 that all of it is on its disk'
    ])
  })

  it('of a member whose copy failed a proof', () => {
    const found = why({ members: [member({ has: { state: 'held', asked: now }, failed: 'wrong' })] })
    assert.equal(shown(found).at(-1), 'nas           here · knows of it · said that it has it and did not prove it (its bytes were wrong): does not count until it does')
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
