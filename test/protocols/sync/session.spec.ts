import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LEAF_IDS, MAX_HEADS, MAX_PAGE_ENTRIES, ROUND_BURST, ROUND_EVERY_MS, ROUND_REST_MS, SPARE_ENTRIES, VAIN_PREFIXES } from '../../../protocols/sync/constants.js'
import { entryOf } from '../../vectors/sync.js'
import { gatedPair } from '../gated-streams.js'
import { BAD, EntrySet, HandClock, connected, text } from './peers.js'
import type { Connected } from './peers.js'

const numbered = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${prefix} ${at}`)

/** Closes both ends, and sees that they end as they should. */
async function close (link: Connected): Promise<void> {
  await link.a.close()
  await link.runs
}

/** Two sessions of which neither leads a round by itself. */
const quiet = (a: EntrySet, b: EntrySet): Promise<Connected> => connected(a, b, { direction: 'inbound' })

/** One round led by `a` over a new connection; both sides must have the same afterwards. */
async function round (a: EntrySet, b: EntrySet): Promise<Connected> {
  const link = await quiet(a, b)
  await link.a.ask()
  assert.equal(link.a.stats.rounds, 1)
  assert.deepEqual(b.names, a.names)
  assert.deepEqual(b.ns, a.ns)
  return link
}

describe('protocols/sync session', () => {
  it('makes both sets and the records equal in one round, and ends cleanly', async () => {
    const a = new EntrySet(['both', 'only a', 'vault a'], [[1, 5], [2, 3], [3, 1]])
    const b = new EntrySet(['both', 'only b', 'vault b'], [[1, 4], [2, 7], [4, 1]])
    const link = await connected(a, b)
    await link.a.ask()
    assert.deepEqual(a.names, ['both', 'only a', 'only b', 'vault a', 'vault b'])
    assert.deepEqual(b.names, a.names)
    assert.deepEqual(a.ns, [[1, 5], [2, 7], [3, 1], [4, 1]])
    assert.deepEqual(b.ns, a.ns)
    const [led] = a.rounds
    const [answered] = b.rounds
    assert.deepEqual({ ...led, messages: 0, bytes: 0 }, { led: true, theirs: 3, received: 2, sent: 2, checked: false, left: { count: 0, ids: [] }, messages: 0, bytes: 0 })
    assert.deepEqual(answered, { ...led, led: false }, 'the other side saw the same round')
    await close(link)
    assert.equal(link.streams[0].status, 'closed')
    assert.equal(link.streams[1].status, 'closed')
  })

  it('costs equal sets a few hundred bytes', async () => {
    const names = numbered('entry', 3000)
    const [a, b] = [new EntrySet(names), new EntrySet(names.toReversed())]
    await close(await round(a, b))
    assert.deepEqual([a.received, b.received], [[], []])
    assert.ok((a.rounds[0]?.bytes ?? Infinity) < 300)
    assert.equal(a.rounds[0]?.messages, 5)
  })

  it('brings an empty joiner everything in pages, in the order of the source, without a digest', async () => {
    const names = ['vault 2', 'vault 1', ...numbered('entry', 3000)]
    const [a, b] = [new EntrySet(), new EntrySet(names)]
    const link = await round(a, b)
    assert.ok(a.received.length >= 4)
    assert.deepEqual(a.received.flat(), names)
    assert.equal(a.rounds[0]?.theirs, names.length)
    assert.equal(link.a.stats.behindBy, 0)
    await close(link)
  })

  for (const who of ['leads', 'answers']) {
    it(`a side without room that ${who} takes the vault kinds, gives what it has, is sent little in vain, and takes the rest once there is room`, async () => {
      const [none, all] = [new EntrySet(numbered('mine', 3_000)), new EntrySet(['vault x', ...numbered('theirs', 9_000)])]
      none.room = 0
      const link = who === 'leads' ? await quiet(none, all) : await quiet(all, none)
      for (let round = 1; round <= 2; round++) {
        await link.a.ask()
        assert.equal(none.names.length, 3_001)
        assert.equal(all.names.length, 12_001)
        assert.ok(none.received.flat().length <= round * MAX_PAGE_ENTRIES + 1, `${none.received.flat().length} came`)
      }
      none.room = Infinity
      await link.a.ask()
      assert.deepEqual(none.names, all.names)
      await close(link)
    })
  }

  for (const who of ['leads', 'answers']) {
    it(`a side that ${who} and has enough of a writer's unknown entries gets the others, is sent few in vain, and no round fails`, async () => {
      const [some, all] = [new EntrySet(numbered('mine', 3_000)), new EntrySet([...numbered('enough', 3_500), ...numbered('theirs', 4_000)])]
      some.enough = new Set(numbered('enough', 9_000))
      const link = who === 'leads' ? await quiet(some, all) : await quiet(all, some)
      await link.a.ask()
      assert.deepEqual([some.names.length, all.names.length], [7_000, 10_500])
      for (const name of numbered('enough', 9_000).slice(3_500)) all.add(entryOf(name))
      const before = some.received.flat().length
      await link.a.ask()
      assert.ok(some.received.flat().length - before <= SPARE_ENTRIES + 2 * MAX_PAGE_ENTRIES, `${some.received.flat().length - before} came`)
      some.enough = new Set()
      await link.a.ask()
      assert.deepEqual(some.names, all.names)
      await close(link)
    })
  }

  it('two sets of 20,000 that differ by 10 cost less than 64 KiB', async () => {
    const shared = numbered('entry', 20_000)
    const a = new EntrySet([...shared, ...numbered('only a', 5)])
    const b = new EntrySet([...shared, ...numbered('only b', 5)])
    const link = await round(a, b)
    const { messages = Infinity, bytes = Infinity, received, sent } = a.rounds[0] ?? {}
    assert.ok(bytes < 64 * 1024, `${bytes} bytes`)
    assert.ok(messages < 20, `${messages} messages`)
    assert.deepEqual([received, sent], [5, 5])
    const { bytesSent, bytesReceived } = link.a.stats
    assert.equal(bytesSent + bytesReceived, bytes)
    await close(link)
  }).timeout(60_000)

  it('property: any two sets are equal after one round led by either side', async () => {
    const name = fc.tuple(fc.constantFrom('vault', 'entry'), fc.nat(4 * LEAF_IDS)).map(([kind, at]) => `${kind} ${at}`)
    const names = fc.oneof(fc.array(name, { maxLength: 5 }), fc.array(name, { minLength: 100, maxLength: 500 }))
    const records = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 9 })
    await fc.assert(fc.asyncProperty(names, names, records, records, fc.boolean(), async (inA, inB, recordsA, recordsB, inbound) => {
      const [a, b] = [new EntrySet(inA, recordsA), new EntrySet(inB, recordsB)]
      const link = await quiet(a, b)
      const leader = inbound ? link.b : link.a
      await leader.ask()
      assert.equal(leader.stats.rounds, 1)
      assert.deepEqual(a.names, [...new Set([...inA, ...inB])].sort())
      assert.deepEqual(b.names, a.names)
      assert.deepEqual(b.ns, a.ns)
      await close(link)
    }), { numRuns: 40 })
  }).timeout(60_000)

  it('a set of many against a set of few, either way round', async () => {
    const many = numbered('entry', 1500)
    for (const [inA, inB] of [[many, ['other']], [['other'], many], [many, numbered('other', 1500)]] as const) await close(await round(new EntrySet(inA), new EntrySet(inB)))
  })

  it('records of more members than one message has heads', async () => {
    const records = Array.from({ length: MAX_HEADS + 10 }, (_, at): [number, number] => [at % 256, at])
    await close(await round(new EntrySet(), new EntrySet([], records)))
  })

  it('works when the wire takes one byte at a time', async () => {
    const [a, b] = [new EntrySet(['x', 'vault y'], [[1, 1]]), new EntrySet(['z'], [[1, 2]])]
    const streams = gatedPair()
    for (const stream of streams) stream.window = 0
    const link = await connected(a, b, {}, streams)
    const asked = link.a.ask()
    let ended = false
    void asked.finally(() => { ended = true })
    while (!ended) {
      for (const stream of streams) stream.grant(1)
      await new Promise((resolve) => { setImmediate(resolve) })
    }
    await asked
    assert.deepEqual(b.names, a.names)
    assert.deepEqual(b.ns, a.ns)
    for (const stream of streams) stream.grant(Infinity)
    await close(link)
  })

  it('a reader that stalls gets no further page; a writer that stalls is given up', async () => {
    const [a, b] = [new EntrySet(numbered('entry', 5000)), new EntrySet()]
    const gate = Promise.withResolvers<void>()
    const entered = Promise.withResolvers<void>()
    const receive = b.receive.bind(b)
    b.receive = async (entries) => {
      entered.resolve()
      await gate.promise
      await receive(entries)
    }
    const streams = gatedPair()
    const link = await connected(a, b, {}, streams)
    await entered.promise
    const sent = streams[0].sentBytes
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => { setImmediate(resolve) })
    assert.equal(streams[0].sentBytes, sent)
    gate.resolve()
    await link.a.ask()
    assert.deepEqual(b.names, a.names)
    await close(link)

    const stalled = gatedPair()
    stalled[1].window = 0
    const given = await connected(a, b, { limits: { inactivityMs: 50 } }, stalled)
    await assert.rejects(given.runs, { code: 'TIMEOUT' })
  })

  it('forwards entries and records that are committed later', async () => {
    const [a, b] = [new EntrySet(['old']), new EntrySet()]
    const link = await connected(a, b)
    a.add(entryOf('new'))
    a.put(1, 1)
    link.a.forward([entryOf('new')])
    link.a.forwardRecords([text('record 1 1')])
    await link.b.ask()
    assert.deepEqual(b.names, ['new', 'old'])
    const came = Promise.withResolvers<void>()
    const receive = a.receive.bind(a)
    a.receive = async (entries) => { await receive(entries).finally(came.resolve) }
    link.b.forward([entryOf('newer')])
    await came.promise
    assert.deepEqual(a.names, ['new', 'newer', 'old'])
    await close(link)
  })

  it('an ask sees everything that was committed before it', async () => {
    const [a, b] = [new EntrySet(), new EntrySet()]
    const link = await connected(a, b)
    await link.b.ask()
    a.add(entryOf('late'))
    await Promise.all([link.b.ask(), link.b.ask(), link.b.ask(), link.a.ask()])
    assert.deepEqual(b.names, ['late'])
    await close(link)
  })

  it('brings once more what was not kept because it came too early', async () => {
    const [a, b] = [new EntrySet(), new EntrySet(['vault late', ...numbered('vault', 3)])]
    a.unkept.add('vault late')
    const receive = a.receive.bind(a)
    a.receive = async (entries) => {
      await receive(entries)
      a.unkept.clear()
    }
    await close(await round(a, b))
    assert.equal(a.received.flat().filter((name) => name === 'vault late').length, 2)
  })

  it('asks one peer for nothing below prefixes that another has made equal meanwhile', async () => {
    const [own, other] = [numbered('entry', 2000), numbered('other', 2000)]
    const [a, b] = [new EntrySet(own), new EntrySet([...own, ...other])]
    const link = await quiet(a, b)
    let asked = 0
    const ids = b.ids.bind(b)
    b.ids = (set, prefix, most) => {
      // all comes from somebody else when the first step has been asked for
      if (asked++ === 0) for (const name of other) a.add(entryOf(name))
      return ids(set, prefix, most)
    }
    await link.a.ask()
    assert.deepEqual(a.names, b.names)
    assert.deepEqual([asked, a.received], [1, []])
    await close(link)
  })

  it('goes on with a peer whose every entry another brings just before', async () => {
    const [own, other] = [numbered('entry', 9000), numbered('other', 9000)]
    const [a, b] = [new EntrySet(own), new EntrySet([...own, ...other])]
    const link = await quiet(a, b)
    const entries = b.entries.bind(b)
    b.entries = (ids) => {
      const found = entries(ids)
      for (const entry of found) a.add(entry)
      return found
    }
    const below = b.below.bind(b)
    b.below = function * (set, prefix) {
      for (const entry of below(set, prefix)) {
        a.add(entry)
        yield entry
      }
    }
    let asked = 0
    const ids = b.ids.bind(b)
    b.ids = (set, prefix, most) => {
      asked++
      return ids(set, prefix, most)
    }
    await link.a.ask()
    assert.deepEqual(a.names, b.names)
    assert.ok(asked > VAIN_PREFIXES)
    await close(link)
  })

  it('takes once more what was given before what it leans on', async () => {
    const old = numbered('vault old', 100)
    const chain = numbered('vault new', 20)
    const [a, b] = [new EntrySet([...old, ...chain]), new EntrySet(old)]
    const receive = b.receive.bind(b)
    b.receive = async (entries) => {
      // one by one: each of the chain is kept when the one before it is here
      for (const entry of entries) {
        b.unkept.clear()
        for (const [at, name] of chain.entries()) if (at > 0 && !b.names.includes(chain[at - 1] ?? '')) b.unkept.add(name)
        await receive([entry])
      }
    }
    await close(await round(a, b))
    assert.ok(b.received.length > chain.length, 'they came in another order')
  })

  it('leads a round again and again when it opened the stream, half as long to one and a half times as long after the last', async () => {
    for (const [random, factor] of [[0, 0.5], [0.75, 1.25]] as const) {
      const clock = new HandClock()
      const [a, b] = [new EntrySet(), new EntrySet()]
      const link = await connected(a, b, { clock, random: () => random })
      await link.a.ask()
      const { rounds } = link.a.stats
      assert.deepEqual(clock.alarms, [ROUND_EVERY_MS * factor])
      b.add(entryOf('late'))
      const again = Promise.withResolvers<void>()
      a.receive = async () => { again.resolve() }
      clock.move(ROUND_EVERY_MS * factor)
      await again.promise
      assert.equal(link.a.stats.rounds, rounds)
      await close(link)
      assert.deepEqual(clock.alarms, [])
    }
  })

  it('waits when the peer wants a pause between rounds, and goes on after it', async () => {
    const clock = new HandClock()
    const [a, b] = [new EntrySet(), new EntrySet()]
    const link = await connected(a, b, { clock })
    while (link.a.stats.rounds < ROUND_BURST) await link.a.ask()
    const paused = link.a.ask()
    let turns = 0
    while (!clock.alarms.includes(ROUND_REST_MS) && turns++ < 1000) await new Promise((resolve) => { setImmediate(resolve) })
    assert.equal(link.b.stats.paced, 1)
    clock.move(ROUND_REST_MS)
    await paused
    await close(link)
  })

  it('refuses a page with a bad entry by code and keeps nothing of it', async () => {
    const [a, b] = [new EntrySet(), new EntrySet(['good', BAD])]
    const link = await connected(a, b)
    await assert.rejects(link.a.ask(), { name: 'ProtocolError', code: 'CLOSED' })
    await assert.rejects(link.runs, { name: 'ProtocolError', code: 'INVALID_DATA' })
    assert.deepEqual(a.names, [])
  })

  it('tells nobody what failed inside', async () => {
    const [a, b] = [new EntrySet(['x']), new EntrySet()]
    const failure = new Error('/secret/path: disk on fire')
    b.receive = async () => { throw failure }
    const link = await connected(a, b)
    const told = await link.runs.then(() => undefined, (error: unknown) => error)
    // the pair rejects with whichever side ends first: either the failure itself, or what the other was told of it
    if (told !== failure) assert.equal((told as { code: string }).code, 'INTERNAL')
    assert.ok(told === failure || !(told as Error).message.includes('secret'))
  })

  it('rejects who waits when the stream is closed or aborted', async () => {
    const [a, b] = [new EntrySet(['x']), new EntrySet()]
    const link = await connected(a, b)
    const waiting = link.b.ask()
    waiting.catch(() => {})
    link.a.abort(new Error('gone'))
    await assert.rejects(waiting, { code: 'CLOSED' })
    await assert.rejects(link.runs)
    await assert.rejects(link.b.ask(), { code: 'CLOSED' })
    link.b.forward([entryOf('y')])
    await link.b.close()
  })

  it('an aborted ask leaves the session alone', async () => {
    const [a, b] = [new EntrySet(['x']), new EntrySet()]
    const link = await connected(a, b)
    const reason = new Error('enough')
    await assert.rejects(link.b.ask({ signal: AbortSignal.abort(reason) }), reason)
    const controller = new AbortController()
    const waiting = link.b.ask({ signal: controller.signal })
    controller.abort(reason)
    await assert.rejects(waiting, reason)
    await link.b.ask()
    assert.deepEqual(b.names, ['x'])
    await close(link)
  })
})
