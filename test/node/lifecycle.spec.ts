import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { SYNC_PROTOCOL } from '../../protocols/sync/constants.js'
import type { DfsNodeInit } from '../../src/api/node.js'
import type { Composition } from '../../src/node/compose-membership.js'
import type { NodeComponents } from '../../src/node/components.js'
import { Lifecycle, type Step } from '../../src/node/lifecycle.js'
import { stepsOf } from '../../src/node/steps.js'
import { Recorder } from './recorder.js'

const STARTS = [
  'sync.start', 'downloader.start', 'network.start', 'directory.started', 'memberRecords.start', 'replicas.start', 'repairer.start', 'scrubber.start',
  'retention.start', 'garbage.start', 'peers.follow', 'discovery.start', 'recovery.run'
]
const FOR_GOOD = ['replicas.start', 'repairer.start', 'scrubber.start']
const STOPS = [
  'clients.stop', 'replicas.stop', 'memberRecords.stop', 'scrubber.stop', 'repairer.stop', 'retention.stop', 'garbage.stop', 'downloader.stop', 'discovery.stop',
  'sync.stop', 'peers.stop', 'network.host.stop', 'admits.stop', 'verifier.close', 'folder.close'
]
const { signal } = new AbortController()

describe('node: life cycle', () => {
  describe('of the parts of a node', () => {
    function scene (init: DfsNodeInit = {}, answers: ConstructorParameters<typeof Recorder>[0] = {}): { recorder: Recorder, lifecycle: Lifecycle } {
      const recorder = new Recorder({ 'sync.start': async () => {}, ...answers }, { 'rebuilt.places': () => ['a place'] })
      const composition = { init, folder: recorder.part('folder'), network: { bootstrap: ['a peer'], host: recorder.part('network.host'), start: recorder.part('network.start') } } as unknown as Composition
      return { recorder, lifecycle: new Lifecycle(stepsOf(composition, recorder.all<NodeComponents>())) }
    }

    it('starts the handlers of protocols first, then what dials, and the vault from its recovery code last', async () => {
      const { recorder, lifecycle } = scene()
      await lifecycle.start(signal)
      assert.deepEqual(recorder.names, STARTS)
      const { standing, bootstrap } = recorder.args('peers.follow')?.[0] as { standing: string[], bootstrap: string[] }
      assert.deepEqual([standing, bootstrap], [[SYNC_PROTOCOL], ['a peer', 'a place']])
      assert.deepEqual(recorder.args('recovery.run'), [signal])
    })

    it('stops the streams first, what writes before the index, and the folder last; all of it also where nothing was started', async () => {
      const { recorder, lifecycle } = scene()
      await lifecycle.stop()
      assert.deepEqual(recorder.names, STOPS)
    })

    it('keeps no copies on a node that only dials, and stops it as any other', async () => {
      const { recorder, lifecycle } = scene({ dialOnly: true })
      await lifecycle.start(signal)
      await lifecycle.stop()
      assert.deepEqual(recorder.names, [...STARTS.filter((name) => !FOR_GOOD.includes(name)), ...STOPS])
    })

    it('ends a recovery with the signal of createNode too, while createNode starts the node', async () => {
      const init = new AbortController()
      const { recorder, lifecycle } = scene({ signal: init.signal })
      await lifecycle.start(signal)
      const [both] = recorder.args('recovery.run') as [AbortSignal]
      init.abort()
      assert.equal(both.aborted, true)
      const later = scene({ signal: init.signal, start: false })
      await later.lifecycle.start(signal)
      assert.deepEqual(later.recorder.args('recovery.run'), [signal])
    })

    it('registers the handlers once, however often it is started', async () => {
      const { recorder, lifecycle } = scene({}, { 'network.start': async () => { throw new Error('the port is taken') } })
      await assert.rejects(lifecycle.start(signal), /the port is taken/)
      await assert.rejects(lifecycle.start(signal), /the port is taken/)
      assert.deepEqual(recorder.names, ['sync.start', 'downloader.start', 'network.start', 'downloader.start', 'network.start'])
    })

    it('stops all of it whatever fails, and says what failed first', async () => {
      const fails = (text: string) => async () => { throw new Error(text) }
      const { recorder, lifecycle } = scene({}, { 'clients.stop': fails('a stream'), 'retention.stop': fails('a job'), 'verifier.close': fails('a thread') })
      await assert.rejects(lifecycle.stop(), /^Error: a stream$/)
      assert.deepEqual(recorder.names, STOPS)
    })
  })

  describe('of any list of steps', () => {
    it('waits for each before the next, and goes by `stops` on the way back', async () => {
      const done: string[] = []
      const step = (name: string, stops?: number): Step => ({
        name, stops,
        start: async () => {
          await nextTurn()
          done.push(`+${name}`)
        },
        stop: async () => {
          await nextTurn()
          done.push(`-${name}`)
        }
      })
      const lifecycle = new Lifecycle([step('a', 2), step('b'), step('c', 10), step('d', 1)])
      await lifecycle.start(signal)
      await lifecycle.stop()
      assert.deepEqual(done, ['+a', '+b', '+c', '+d', '-d', '-a', '-c'])
    })

    it('starts nothing after what failed; a stop goes on after what throws at once or later, and throws the first of it', async () => {
      const done: string[] = []
      const lifecycle = new Lifecycle([
        { name: 'a', start: () => { done.push('+a') }, stop: () => { done.push('-a') }, stops: 3 },
        { name: 'b', start: () => { throw new Error('b') }, stop: async () => Promise.reject(new Error('later')), stops: 2 },
        { name: 'c', start: () => { done.push('+c') }, stop: () => { throw new Error('at once') }, stops: 1 }
      ])
      await assert.rejects(lifecycle.start(signal), /^Error: b$/)
      await assert.rejects(lifecycle.stop(), /^Error: at once$/)
      assert.deepEqual(done, ['+a', '-a'])
    })
  })
})
