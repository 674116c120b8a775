import assert from 'node:assert/strict'
import { putAway, type PutAway } from '../../../src/replication/placement/put-away.js'

describe('replication: putting a copy away', () => {
  let log: string[]
  let leaving: Set<string>
  /** Members that give their word. */
  let words: string[]
  /** A promise holds from this step on. */
  let promisedFrom: string | undefined

  beforeEach(() => {
    log = []
    leaving = new Set()
    words = ['b', 'c']
    promisedFrom = undefined
  })

  const away = (force = false, candidates = ['a', 'b', 'c']): Promise<PutAway<string>> => putAway('root', {
    leaving,
    candidates,
    push: async (peer) => {
      assert.ok(leaving.has('root'), 'it gives its own word while it asks for that of others')
      log.push(peer)
      if (!words.includes(peer)) throw new Error('no')
    },
    failed: (peer, error) => {
      if ((error as Error).message !== 'no') throw error
      log.push(`not ${peer}`)
    },
    promised: () => promisedFrom !== undefined && (promisedFrom === '' || log.includes(promisedFrom)),
    drop: async () => {
      log.push('drop')
      return 'dropped'
    }
  }, force)

  it('goes with the first word, and nobody else is asked', async () => {
    assert.deepEqual(await away(), { dropped: 'dropped', peer: 'b' })
    assert.deepEqual(log, ['a', 'not a', 'b', 'drop'])
    assert.equal(leaving.size, 0)
  })

  it('stays without a word, and goes without one when that is forced', async () => {
    words = []
    assert.equal(await away(), undefined)
    assert.deepEqual(log, ['a', 'not a', 'b', 'not b', 'c', 'not c'])
    assert.deepEqual(await away(true), { dropped: 'dropped' })
    assert.equal(leaving.size, 0)
  })

  it('stays while a promise holds, whenever that was given, forced or not', async () => {
    for (const force of [false, true]) {
      log = []
      promisedFrom = ''
      assert.equal(await away(force), 'promised')
      assert.deepEqual(log, [])
      promisedFrom = 'b'
      assert.equal(await away(force), 'promised')
      assert.equal(log.filter((what) => what === 'drop').length, 0)
      log = []
      promisedFrom = 'not c'
      words = []
      assert.equal(await away(force), force ? 'promised' : undefined)
      assert.equal(log.filter((what) => what === 'drop').length, 0)
      words = ['b', 'c']
    }
    assert.equal(leaving.size, 0)
  })
})
