import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Logger } from '@libp2p/interface'
import { createBus, type BusEvents, type NodeBus } from '../../src/node/bus-events.js'
import type { NodeComponents } from '../../src/node/components.js'
import type { PublicEvents } from '../../src/node/public-events.js'
import { Reactions } from '../../src/node/reactions.js'
import { Recorder } from './recorder.js'

type Event = BusEvents['entry:committed']
/** What stands for an entry: only its kind, and what is looked up in it. */
interface FakeChange { kind: string, entry?: { kind: string, root?: { bytes: Uint8Array } }, member?: object, come?: object[], gone?: object[] }

/** What every entry brings about before what its kind does. */
const FIRST = ['lag.added', 'rebuilt.news']
const FORWARDED = 'sync.forward'
const LATER = ['retention.changed', 'downloader.wake', 'replicas.changed', 'told.entry']
const LAST = 'told.file'
const ENCODED = Uint8Array.of(1)
const ROOT = { bytes: Uint8Array.of(2) }
const FILE = { kind: 'put', root: ROOT }

describe('node: reactions', () => {
  let recorder: Recorder
  let bus: NodeBus

  let local = false

  beforeEach(() => {
    recorder = new Recorder({ 'memberRecords.drop': async () => { await nextTurn() } }, {
      'vault.wrote': () => local,
      serves: ({ link }: { link: string }) => link === 'good'
    })
    bus = createBus()
    const log = ((format: string, error: unknown) => { assert.fail(`${format} ${String(error)}`) }) as unknown as Logger
    new Reactions(recorder.all<NodeComponents>(), recorder.part<PublicEvents>('told'), { logger: { forComponent: () => Object.assign(log, { error: log }) } }).listen(bus)
    recorder.calls.length = 0
  })

  /** The calls that an entry brings about at once; and those that came a little later. */
  async function committed (change: FakeChange, from?: string): Promise<{ now: string[], later: string[] }> {
    local = from === undefined
    bus.emit('entry:committed', { change, encoded: ENCODED, from } as unknown as Event)
    const now = recorder.names
    await nextTurn()
    await nextTurn()
    return { now, later: recorder.names.slice(now.length) }
  }

  const CHANGES: Array<[what: string, change: FakeChange, admits: boolean]> = [
    ['a version', { kind: 'file', entry: FILE }, false],
    ['a delete', { kind: 'delete', entry: { kind: 'delete' } }, true],
    ['a setting', { kind: 'other', entry: { kind: 'setting' } }, false],
    ['what is to be forgotten', { kind: 'other', entry: { kind: 'forget' } }, false],
    ['a revoke that takes nobody out', { kind: 'revoke', entry: { kind: 'revoke' } }, true]
  ]
  for (const [what, change, admits] of CHANGES) {
    const visitors = change.kind === 'revoke' ? ['peers.expelVisitors'] : []
    const backup = admits ? ['admits.changed'] : []

    it(`to ${what} of another: others hear of it, then copies and what is kept, then the user`, async () => {
      assert.deepEqual(await committed(change, 'other'), { now: [...FIRST, ...backup, FORWARDED, ...LATER, ...visitors, LAST], later: [] })
      assert.deepEqual(recorder.args(FORWARDED), [[ENCODED], 'other'])
      assert.deepEqual(recorder.args('downloader.wake'), [change.kind === 'file' ? ROOT.bytes : undefined])
      assert.deepEqual([recorder.args('told.entry')?.slice(1), recorder.args(LAST)], [[false, []], [change, false]])
    })

    it(`to ${what} of this node: the same, and its record says that it wrote`, async () => {
      assert.deepEqual(await committed(change), { now: [...FIRST, ...backup, FORWARDED, 'memberRecords.wrote', ...LATER, ...visitors, LAST], later: [] })
      assert.deepEqual(recorder.args(FORWARDED), [[ENCODED], undefined])
      assert.deepEqual([recorder.args('told.entry')?.slice(1), recorder.args(LAST)], [[true, []], [change, true]])
    })
  }

  it('to a member that came: it is dialled once all else knows of it', async () => {
    const member = { peer: 'new' }
    assert.deepEqual(await committed({ kind: 'member', member }, 'other'), { now: [...FIRST, 'admits.changed', FORWARDED, ...LATER, 'peers.wake', LAST], later: [] })
    assert.deepEqual(recorder.args('told.entry')?.slice(1), [false, [member]])
  })

  it('to a member that took another out as it came: both, and those that came with it', async () => {
    const [member, also, out] = [{ peer: 'new' }, { peer: 'also' }, { peer: 'out' }]
    assert.deepEqual(await committed({ kind: 'member', member, come: [also], gone: [out] }, 'other'), {
      now: [...FIRST, 'admits.changed', FORWARDED, ...LATER, 'told.revoked', 'peers.expel', 'memberRecords.drop', 'peers.wake', LAST],
      later: ['replicas.membersChanged', 'peers.wake']
    })
    assert.deepEqual(recorder.args('told.entry')?.slice(1), [false, [member, also]])
  })

  it('to a revoke: each that it takes out is told and expelled at once, its record dropped, and only then counted no more; visitors go in between', async () => {
    const gone = [{ peer: 'one' }, { peer: 'two' }]
    const each = ['told.revoked', 'peers.expel', 'memberRecords.drop']
    assert.deepEqual(await committed({ kind: 'revoke', entry: { kind: 'revoke' }, gone }, 'other'), {
      now: [...FIRST, 'admits.changed', FORWARDED, ...LATER, ...each, ...each, 'peers.expelVisitors', LAST],
      later: ['replicas.membersChanged', 'peers.wake', 'replicas.membersChanged', 'peers.wake']
    })
    assert.deepEqual(recorder.calls.filter(({ name }) => name === 'peers.expel').map(({ args }) => args), [['one'], ['two']])
    const [goes] = recorder.args('peers.expelVisitors') as [(visitor: { link: string }) => boolean]
    assert.deepEqual([goes({ link: 'good' }), goes({ link: 'revoked' })], [false, true])
  })
})
