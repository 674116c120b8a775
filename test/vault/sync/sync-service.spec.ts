import assert from 'node:assert/strict'
import { streamPair } from '@libp2p/utils'
import type { Stream } from '@libp2p/interface'
import type { RoundResult, SyncSource } from '../../../protocols/sync/session.js'
import { readEntry } from '../../../protocols/vault/entry.js'
import { insertEntry } from '../../../src/index/queries/entries.js'
import { IndexDb } from '../../../src/index/engine/index-db.js'
import { MIGRATIONS } from '../../../src/index/migrations/schema.js'
import { entryRow } from '../../../src/vault/entries/entry-rows.js'
import { ROUND_BURST, ROUND_REST_MS } from '../../../protocols/sync/constants.js'
import { SyncService } from '../../../src/vault/sync/sync-service.js'
import { IndexSource } from '../../../src/vault/sync/sync-source.js'
import { FakePeers, HandClock, NOTHING, remote } from '../sync-fakes.js'
import { node, vault, Writer } from '../vaults.js'

const writer = new Writer(vault('sync loop'), node('sync loop'))
const ENTRY = writer.put('a', 'b')
const SECOND = writer.put('c', 'd')

describe('sync loop', () => {
  let peers: FakePeers
  let loop: SyncService
  let errors: string[]
  const failed: Array<() => void> = []
  beforeEach(async () => {
    peers = new FakePeers()
    errors = []
    loop = new SyncService({
      peers: peers,
      source: NOTHING,
      receive: async () => false,
      receiveRecords: async () => {},
      onError: (peer) => {
        errors.push(peer)
        for (const tell of failed.splice(0)) tell()
      },
      againMs: 1
    })
    await loop.start()
  })
  afterEach(() => loop.stop())

  it('is opened by the side that dialled', async () => {
    let opened = 0
    const done = Promise.withResolvers<void>()
    peers.opens = async () => {
      opened++
      done.resolve()
      return (await streamPair())[0]
    }
    peers.come('inbound', 'inbound')
    assert.equal(opened, 0)
    peers.come('outbound', 'outbound')
    await done.promise
    assert.equal(opened, 1)
  })

  it('is tried again over the same connection after it failed', async () => {
    const [near, far] = await streamPair()
    let tries = 0
    peers.opens = async () => {
      if (++tries < 3) throw new Error('not now')
      return near
    }
    peers.come('a', 'outbound')
    const other = remote(far)
    await loop.ask('a')
    loop.forward([ENTRY])
    await other.first
    assert.deepEqual(other.got, [ENTRY])
    assert.deepEqual(errors, ['a', 'a'])
  })

  it('is not tried again once the connection has closed', async () => {
    let tries = 0
    const told = new Promise<void>((resolve) => { failed.push(resolve) })
    peers.opens = async () => {
      tries++
      peers.go('a')
      throw new Error('gone')
    }
    peers.come('a', 'outbound')
    // the next peer fails after the first one was due again
    peers.opens = async () => { throw new Error('not now') }
    peers.come('b', 'outbound')
    await told
    await loop.stop()
    assert.equal(tries, 1)
    assert.ok(!errors.includes('a'))
  })

  it('asking waits for a sync that is only being opened, and ends with its signal or the connection', async () => {
    const [near, far] = await streamPair()
    const gate = Promise.withResolvers<Stream>()
    peers.opens = () => gate.promise
    peers.come('a', 'outbound')
    const asking = loop.ask('a')
    const impatient = loop.ask('a', { signal: AbortSignal.timeout(1) })
    await assert.rejects(impatient)
    remote(far)
    gate.resolve(near)
    await asking
    peers.come('b', 'inbound')
    const lost = assert.rejects(loop.ask('b'), { message: 'the connection closed' })
    peers.go('b')
    await lost
    await assert.rejects(loop.ask('nobody'))
  })

  it('of two with the same member, the one that is left is used when the other ends', async () => {
    const [first, firstFar] = await streamPair()
    const [second, secondFar] = await streamPair()
    const session = peers.come('a', 'inbound')
    const { handler } = peers
    assert.ok(handler !== undefined)
    const running = [handler(first, session), handler(second, session)]
    running.forEach((work) => { work.catch(() => {}) })
    const [one, other] = [remote(firstFar), remote(secondFar)]
    await loop.ask('a')
    other.session.abort(new Error('this one ends'))
    await assert.rejects(running[1] ?? Promise.resolve())
    await loop.ask('a')
    loop.forward([ENTRY])
    await one.first
    assert.deepEqual([one.got, other.got], [[ENTRY], []])
  })

  it('gives nothing back to who sent it', async () => {
    const [near, far] = await streamPair()
    const session = peers.come('a', 'inbound')
    peers.handler?.(near, session).catch(() => {})
    const other = remote(far)
    await loop.ask('a')
    loop.forward([ENTRY], 'a')
    loop.forward([SECOND], 'b')
    await other.first
    assert.deepEqual(other.got, [SECOND])
  })

  it('gives records on like entries, not back to who sent them', async () => {
    const [near, far] = await streamPair()
    peers.handler?.(near, peers.come('a', 'inbound')).catch(() => {})
    const other = remote(far)
    await loop.ask('a')
    loop.forwardRecords([Uint8Array.of(1, 2, 3)], 'a')
    loop.forwardRecords([Uint8Array.of(4, 5, 6)])
    await other.first
    assert.deepEqual(other.got, [Uint8Array.of(4, 5, 6)])
  })

  describe('with time moved by hand', () => {
    let clock: HandClock
    let rounds: Array<[string, RoundResult]>
    let receive: (entries: Uint8Array[]) => Promise<void>
    let timed: SyncService
    let next: PromiseWithResolvers<void>
    const dbs: IndexDb[] = []
    const round = async (work: () => unknown): Promise<RoundResult> => {
      next = Promise.withResolvers()
      await work()
      await next.promise
      const last = rounds.at(-1)
      assert.ok(last !== undefined)
      return last[1]
    }
    /** What a member with these entries answers from. */
    const holding = async (entries: Uint8Array[]): Promise<SyncSource> => {
      const db = await IndexDb.open({ migrations: MIGRATIONS })
      dbs.push(db)
      await db.write(entries.map((bytes) => insertEntry(entryRow(readEntry(bytes)))))
      return new IndexSource(db, { heads: () => [], bytes: () => undefined })
    }
    beforeEach(async () => {
      clock = new HandClock()
      rounds = []
      next = Promise.withResolvers()
      receive = async () => {}
      timed = new SyncService({
        peers,
        source: NOTHING,
        receive: async (entries) => {
          await receive(entries)
          return false
        },
        receiveRecords: async () => {},
        onError: (peer) => { errors.push(peer) },
        onRound: (peer, result) => {
          rounds.push([peer, result])
          next.resolve()
        },
        clock,
        random: () => 0.75,
        againMs: 100,
        graceMs: 1_000
      })
      await timed.start()
      // the other loop of this file leaves these peers alone
      await loop.stop()
    })
    afterEach(async () => {
      await timed.stop()
      await Promise.all(dbs.splice(0).map((db) => db.close()))
    })

    it('knows what each round did, and who has nothing that is not here', async () => {
      const [near, far] = await streamPair()
      const source = await holding([ENTRY, SECOND])
      const got: Uint8Array[] = []
      const gate = Promise.withResolvers<void>()
      const begun = Promise.withResolvers<void>()
      receive = async (entries) => {
        begun.resolve()
        await gate.promise
        got.push(...entries.map((bytes) => bytes.slice()))
      }
      peers.opens = async () => near
      const ending = remote(far, source)
      peers.come('a', 'outbound')
      assert.deepEqual([timed.behind('a'), timed.inSyncWith(), timed.roundOf('a')], [undefined, [], undefined])
      await begun.promise
      assert.deepEqual([timed.behind('a'), timed.inSyncWith()], [2, []])
      const { led, theirs, received, sent } = await round(() => { gate.resolve() })
      assert.deepEqual([led, theirs, received, sent, got], [true, 2, 2, 0, [ENTRY, SECOND]])
      assert.deepEqual([timed.behind('a'), timed.inSyncWith(), rounds.length], [0, ['a'], 1])
      assert.equal(timed.roundOf('a'), rounds[0]?.[1])
      const ended = new Promise<void>((resolve) => { near.addEventListener('close', () => { resolve() }) })
      peers.go('a')
      ending.session.abort(new Error('the connection closed'))
      await ended
      await timed.stop()
      assert.deepEqual([timed.behind('a'), timed.inSyncWith()], [undefined, []])
      assert.equal(timed.roundOf('a'), rounds[0]?.[1])
    })

    it('compares again every ten minutes, give or take half', async () => {
      const [near, far] = await streamPair()
      peers.opens = async () => near
      remote(far, await holding([ENTRY]))
      await round(() => { peers.come('a', 'outbound') })
      assert.deepEqual(clock.waits(), [10 * 60_000 * 1.25])
      clock.pass(10 * 60_000)
      assert.equal(rounds.length, 1)
      const { led, theirs } = await round(() => { clock.pass(2.5 * 60_000) })
      assert.deepEqual([led, theirs, rounds.length], [true, 1, 2])
    })

    it('the side that was dialled opens one when none has come, and none beside one that runs', async () => {
      const streams = await Promise.all([streamPair(), streamPair()])
      const [[near, far], [dialled, dialledFar]] = streams
      let opened = 0
      peers.opens = async () => {
        opened++
        return near
      }
      const session = peers.come('a', 'inbound')
      const theirs = peers.handler?.(dialled, session)
      theirs?.catch(() => {})
      const running = remote(dialledFar)
      await round(() => running.session.ask())
      peers.link('a')
      await new Promise(setImmediate)
      assert.deepEqual([opened, clock.waits()], [0, [1_000]])
      clock.pass(1_000)
      await new Promise(setImmediate)
      assert.deepEqual([opened, clock.waits()], [0, [1_000]])
      running.session.abort(new Error('this one ends'))
      await assert.rejects(theirs ?? Promise.resolve())
      remote(far)
      const { led } = await round(() => { clock.pass(1_000) })
      assert.deepEqual([opened, led], [1, true])
    })

    it('is not opened over a connection that is no link, nor while it is none again', async () => {
      const streams = await Promise.all([streamPair(), streamPair()])
      let opened = 0
      peers.opens = async () => {
        const [near] = streams[opened++] ?? []
        assert.ok(near !== undefined)
        return near
      }
      const [first, second] = streams.map(([, far]) => remote(far))
      peers.unwanted.add('a')
      const session = peers.come('a', 'outbound')
      assert.deepEqual([opened, timed.linked('a'), timed.carries(session)], [0, false, false])
      peers.unwanted.clear()
      await round(() => { peers.link('a') })
      assert.deepEqual([opened, timed.linked('a'), timed.carries(session)], [1, true, true])
      peers.unwanted.add('a')
      first?.session.abort(new Error('this one ends'))
      while (!clock.waits().includes(100)) await new Promise(setImmediate)
      clock.pass(100)
      while (!clock.waits().includes(1_000)) await new Promise(setImmediate)
      assert.deepEqual([opened, timed.linked('a')], [1, false])
      peers.unwanted.clear()
      await round(() => { clock.pass(1_000) })
      assert.equal(opened, 2)
      second?.session.abort(new Error('the test ends'))
    })

    it('a member without a link is asked over a stream that ends with the last who asks', async () => {
      const [near, far] = await streamPair()
      let opened = 0
      peers.opens = async () => {
        opened++
        return near
      }
      remote(far, await holding([ENTRY]))
      peers.unwanted.add('a')
      const session = peers.come('a', 'outbound')
      const got: Uint8Array[] = []
      receive = async (entries) => { got.push(...entries.map((bytes) => bytes.slice())) }
      const closed = new Promise<void>((resolve) => { near.addEventListener('close', () => { resolve() }) })
      await Promise.all([timed.ask('a'), timed.ask('a')])
      assert.equal(opened, 1)
      assert.deepEqual(got[0], ENTRY)
      await closed
      await new Promise(setImmediate)
      assert.deepEqual([timed.linked('a'), timed.carries(session), errors], [false, false, []])
      peers.opens = () => Promise.reject(new Error('not now'))
      await assert.rejects(timed.ask('a'), { message: 'not now' })
    })

    it('a member\'s rounds are counted over all its streams', async () => {
      const session = peers.come('a', 'inbound')
      const pairs = [await streamPair(), await streamPair()]
      const sessions = pairs.map(([near, far]) => {
        peers.handler?.(near, session).catch(() => {})
        return remote(far).session
      })
      for (let n = 0; n < ROUND_BURST; n++) await round(() => sessions[n % 2]?.ask())
      await assert.rejects(sessions[0]?.ask({ signal: AbortSignal.timeout(50) }) ?? Promise.resolve())
      assert.equal(rounds.length, ROUND_BURST)
      clock.pass(ROUND_REST_MS)
      await round(() => sessions[1]?.ask())
      assert.equal(rounds.length, ROUND_BURST + 1)
    })

    it('waits longer after each sync that fails, and begins anew after one that lasted', async () => {
      const waits: number[] = []
      const tries: Array<PromiseWithResolvers<Stream>> = []
      let asked = Promise.withResolvers<void>()
      peers.opens = (signal) => {
        const attempt = Promise.withResolvers<Stream>()
        signal?.addEventListener('abort', () => { attempt.reject(new Error('the node stops')) })
        tries.push(attempt)
        asked.resolve()
        return attempt.promise
      }
      peers.come('a', 'outbound')
      for (let n = 0; n < 4; n++) {
        await asked.promise
        asked = Promise.withResolvers()
        if (n === 3) clock.pass(60_001)
        tries.at(-1)?.reject(new Error('not now'))
        while (clock.waits().length === 0) await new Promise(setImmediate)
        waits.push(...clock.waits())
        clock.pass(waits.at(-1) ?? 0)
      }
      assert.deepEqual(waits, [100, 200, 400, 100])
    })
  })

  it('stop ends what runs and waits for nothing that is being opened', async () => {
    const [near, far] = await streamPair()
    peers.opens = async () => near
    peers.come('a', 'outbound')
    remote(far)
    await loop.ask('a')
    // one whose stream comes in spite of the end
    const late = Promise.withResolvers<Stream>()
    const asked = Promise.withResolvers<void>()
    peers.opens = async (signal) => {
      signal?.addEventListener('abort', () => { void streamPair().then(([stream]) => { late.resolve(stream) }) })
      asked.resolve()
      return late.promise
    }
    peers.come('b', 'outbound')
    await asked.promise
    await loop.stop()
    assert.notEqual(near.status, 'open')
    assert.notEqual((await late.promise).status, 'open')
    assert.deepEqual(errors, [])
  })
})
