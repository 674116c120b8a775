import assert from 'node:assert/strict'
import { describe as lines } from '../../src/cli/commands/status.js'
import type { MemberInfo, Status } from '../../src/api/node.js'
import { FakeNode } from '../rpc/fake-node.js'
import { member } from './member.js'

const NOW = new Date(2026, 10, 20, 12, 0)
const EARLIER = new Date(2026, 10, 20, 9, 12)

async function status (more: Partial<Status> = {}): Promise<Status> {
  return { ...await new FakeNode().status(), since: new Date(2026, 10, 17), members: { total: 3, connected: 1 }, sync: { inSync: 1, of: 2, entries: 0, versions: 0, bytes: 0 }, ...more }
}

const line = (of: Status, head: string, members: MemberInfo[] = []): string | undefined => lines(of, members, '/x', 'dfs', NOW).find((text) => text.startsWith(head))

describe('dfs status', () => {
  it('says who is here', async () => {
    const members = [member({ self: true }), member({ connected: true }), member({ label: 'ana-pi', lastSeen: EARLIER })]
    assert.match(line(await status(), 'laptop', members) ?? '', / · running 3 d · 2 of 3 members here \(ana-pi away since 09:12\)$/)
    assert.match(line(await status({ running: false }), 'laptop', members) ?? '', / · not running · 3 members$/)
    assert.match(line(await status({ members: { total: 1, connected: 0 } }), 'laptop', [member({ self: true })]) ?? '', / · the only member$/)
  })

  it('says how many fetch with a link, when there are any', async () => {
    assert.equal(line(await status(), 'serves'), undefined)
    assert.equal(line(await status({ visitors: 2 }), 'serves'), 'serves  2 visitors with a link')
  })

  it('says what is still there although nobody needs it', async () => {
    const cases: Array<[Status['garbage'], string | undefined]> = [
      [{ trash: { blocks: 0, bytes: 0 } }, undefined],
      [{ dead: { versions: 0, bytes: 0 }, trash: { blocks: 2, bytes: 3000 } }, '        3 kB of it in the trash'],
      [{ dead: { versions: 1, bytes: 7000, next: new Date(2026, 10, 27, 9, 12) }, trash: { blocks: 0, bytes: 0 } }, '        7 kB of 1 dead version kept until 27 Nov 09:12'],
      [{ dead: { versions: 4, bytes: 7000, next: new Date(2026, 10, 27, 9, 12) }, trash: { blocks: 2, bytes: 3000 } }, '        3 kB of it in the trash · 7 kB of 4 dead versions kept, the first until 27 Nov 09:12']
    ]
    for (const [garbage, text] of cases) assert.equal(line(await status({ garbage }), '        '), text)
  })

  it('names only some of many that are away', async () => {
    const members = [member({ self: true }), ...Array.from({ length: 9 }, (_, n) => member({ label: `m${n}` }))]
    assert.match(line(await status({ members: { total: 10, connected: 0 } }), 'laptop', members) ?? '', / · 1 of 10 members here \(m0 away, m1 away, m2 away, m3 away, m4 away, 4 more\)$/)
  })

  it('says how far sync is', async () => {
    const cases: Array<[Partial<Status>, string]> = [
      [{}, 'sync    in sync with 1 of 2, nothing to come'],
      [{ sync: { inSync: 1, of: 2, entries: 1, versions: 0, bytes: 0 } }, 'sync    in sync with 1 of 2, 1 entry to come'],
      [{ sync: { inSync: 0, of: 2, entries: 1_204, versions: 3, bytes: 1_200_000 } }, 'sync    in sync with 0 of 2, 1,204 entries and 1.2 MB of 3 versions to come'],
      [{ sync: { inSync: 2, of: 2, entries: 0, versions: 1, bytes: 5, waiting: 'no room' } }, 'sync    in sync with 2 of 2, 5 B of 1 version to come · waiting: no room'],
      [{ sync: { inSync: 1, of: 2, entries: 0, versions: 3, bytes: 90_000_000, rate: 1_000_000 } }, 'sync    in sync with 1 of 2, 90 MB of 3 versions to come at 1 MB a second, 1 min left'],
      [{ running: false, sync: { inSync: 0, of: 2, entries: 0, versions: 1, bytes: 5 } }, 'sync    5 B of 1 version to come']
    ]
    for (const [more, text] of cases) assert.equal(line(await status(more), 'sync'), text)
    assert.equal(line(await status({ sync: { inSync: 0, of: 0, entries: 0, versions: 0, bytes: 0 } }), 'sync'), undefined)
  })

  it('says how many copies there are', async () => {
    const cases: Array<[Partial<NonNullable<Status['copies']>>, string]> = [
      [{ ok: 0 }, 'copies  nothing to copy'],
      [{ ok: 1 }, 'copies  the version has as many as wanted'],
      [{ ok: 1_204 }, 'copies  all 1,204 versions have as many as wanted'],
      [{ ok: 1_190, low: 14 }, 'copies  1,190 versions ok · 14 low (fewer than wanted)'],
      [{ ok: 1, atRisk: 2, lost: 3 }, 'copies  1 version ok · 2 at risk (one copy) · 3 lost (no copy within reach)']
    ]
    for (const [more, text] of cases) assert.equal(line(await status({ copies: { ok: 0, low: 0, atRisk: 0, lost: 0, counted: EARLIER, ...more } }), 'copies'), text)
    assert.equal(line(await status(), 'copies'), undefined)
  })

  it('notes forks and an island before what the node notes itself', async () => {
    const found = lines(await status({ forks: [{ peer: 'p', label: 'nas\u001b', seq: 1_200 }, { peer: '', label: 'the vault key', seq: 2 }, { peer: 'p', label: 'nas', seq: 1_300 }], island: EARLIER, notes: ['the recovery code was never checked:  dfs recovery-code --check -'] }), [], '/x', 'dfs --dir y', NOW)
    const at = found.findIndex((text) => text.startsWith('notes   '))
    assert.match(found[at] ?? '', /^notes {3}nas� wrote two entries as its number 1,200, and so 1 more time: a folder /)
    assert.match(found[at + 1] ?? '', /^ {8}the vault key wrote two entries as its number 2: two owners /)
    assert.match(found[at + 2] ?? '', /^ {8}fewer than half of the members .* since 09:12/)
    assert.equal(found[at + 3], '        the recovery code was never checked:  dfs --dir y recovery-code --check -')
    assert.equal(found.length, at + 4)
  })
})
