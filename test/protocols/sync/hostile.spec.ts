/** Peers that lie, each met by a rule of its own. */
import assert from 'node:assert/strict'
import { compareBytes } from '../../../protocols/block/hash.js'
import { WIRE_CODES } from '../../../protocols/errors.js'
import { join } from '../../../protocols/sync/codec.js'
import type { Message } from '../../../protocols/sync/codec.js'
import {
  LEAF_IDS, LONGEST_PREFIX_DIGITS, MAX_EARLY_STARTS, MAX_ROUND_PREFIXES, MAX_ROUND_REQUESTS, MAX_PREFIXES, PREFIXES_AN_ENTRY, ROUND_BURST, SPARE_ENTRIES, VAIN_PAGES, VAIN_PREFIXES
} from '../../../protocols/sync/constants.js'
import { emptyDigest } from '../../../protocols/sync/digest.js'
import { idOf } from '../../../protocols/sync/entry-id.js'
import { digestOf, entryOf, subjectOf } from '../../vectors/sync.js'
import { EntrySet, HandClock, againstBare, text } from './peers.js'
import type { Against } from './peers.js'

const NOTHING = new Uint8Array(0)
const nothing = { vault: emptyDigest(), file: emptyDigest() }
const named = (count: number): string[] => Array.from({ length: count }, (_, at) => `entry ${at}`)
const id = (first: number, last = 0): Uint8Array => new Uint8Array(32).fill(first, 0, 1).fill(last, 31)
const ids = (...list: Uint8Array[]): Message => ({ found: { nodes: [{ ids: join(list), children: [] }] } })
const page = (names: string[], last: boolean): Message => ({ page: { entries: names.map(entryOf), records: [], last } })
const askHeads: Message = { askHeads: { after: NOTHING } }
const noHeads: Message = { heads: { heads: [], last: true } }

/** A session that leads a round against a liar who claims so many entries of the file kinds; `heard` is the first request about them. */
async function led (set: EntrySet, count: number): Promise<Against & { heard: Message | undefined }> {
  const link = await againstBare(set)
  const start = (await link.peer.hear())?.start
  assert.ok(start?.vault !== undefined)
  assert.deepEqual(await link.peer.ask({ started: { vault: start.vault, file: { count, sum: id(9) } } }), askHeads)
  return { ...link, heard: await link.peer.ask(noHeads) }
}

/** A session that has let a round of the peer begin. */
async function answering (set: EntrySet, start = nothing): Promise<Against> {
  const link = await againstBare(set, { direction: 'inbound' })
  assert.ok((await link.peer.ask({ start }))?.started !== undefined)
  return link
}

/** The session must end by this refusal. */
async function ends ({ peer, run }: Against, code: keyof typeof WIRE_CODES): Promise<void> {
  assert.equal(await peer.refusal(), WIRE_CODES[code])
  await assert.rejects(run, { name: 'ProtocolError', code })
}

describe('protocols/sync against a lying answerer', () => {
  const mine = (): EntrySet => new EntrySet(['x'])

  it('ids that are not below the prefix', async () => {
    const link = await led(mine(), 70)
    assert.deepEqual(link.heard, { ask: { set: 2, prefixes: [''] } })
    const own = idOf(entryOf('x'))[0] ?? 0
    const children = [{ digits: own, count: 2, sum: id(1) }, { digits: own ^ 1, count: 70, sum: id(1) }].sort((a, b) => a.digits - b.digits)
    const wanted = (await link.peer.ask({ found: { nodes: [{ ids: NOTHING, children }] } }))?.want
    assert.deepEqual(wanted?.prefixes, [(own ^ 1).toString(16).padStart(2, '0')], 'nothing is here below this one')
    assert.deepEqual(await link.peer.ask(page([], true)), { ask: { set: 2, prefixes: [own.toString(16).padStart(2, '0')] } })
    await link.peer.say(ids(id(own ^ 1, 1), id(own ^ 1, 2)))
    await ends(link, 'MALFORMED')
  })

  it('a child that is not below the prefix', async () => {
    const link = await led(mine(), 70)
    const own = idOf(entryOf('x'))[0] ?? 0
    await link.peer.ask({ found: { nodes: [{ ids: NOTHING, children: [{ digits: own, count: 70, sum: id(1) }] }] } })
    await link.peer.say({ found: { nodes: [{ ids: NOTHING, children: [{ digits: 16, count: 70, sum: id(1) }] }] } })
    await ends(link, 'MALFORMED')
  })

  it('more answers than questions', async () => {
    const link = await led(mine(), 1)
    await link.peer.say({ found: { nodes: [{ ids: id(1), children: [] }, { ids: id(1), children: [] }] } })
    await ends(link, 'MALFORMED')
  })

  it('the answer to another request', async () => {
    const link = await led(mine(), 1)
    await link.peer.say({ taken: { left: new Uint8Array(0) } })
    await ends(link, 'MALFORMED')
  })


  it('fewer ids than it said it has: no fault, they may have left its set meanwhile', async () => {
    const set = mine()
    const link = await led(set, 3)
    assert.ok((await link.peer.ask(ids(idOf(entryOf('wanted')))))?.want !== undefined)
    assert.ok((await link.peer.ask(page(['wanted'], true)))?.give !== undefined)
    assert.deepEqual(set.names, ['wanted', 'x'])
    await link.peer.say(page([], true))
    await ends(link, 'MALFORMED')
  })

  it('ids of entries that it has not', async () => {
    const set = mine()
    const link = await led(set, 2)
    assert.deepEqual((await link.peer.ask(ids(id(1), id(2))))?.want?.ids, join([id(1), id(2)]))
    await link.peer.say(page([], true))
    await ends(link, 'INCOMPLETE')
    assert.deepEqual(set.names, ['x'])
  })

  it('an entry that was not wanted: nothing of its page is kept', async () => {
    const set = mine()
    const link = await led(set, 1)
    assert.ok((await link.peer.ask(ids(idOf(entryOf('wanted')))))?.want !== undefined)
    await link.peer.say(page(['wanted', 'unwanted'], true))
    await ends(link, 'MALFORMED')
    assert.deepEqual(set.names, ['x'])
  })

  it('an entry twice', async () => {
    const link = await led(mine(), 1)
    await link.peer.ask(ids(idOf(entryOf('wanted'))))
    await link.peer.say(page(['wanted', 'wanted'], true))
    await ends(link, 'MALFORMED')
  })

  it('records in place of entries, and more records than were wanted', async () => {
    const link = await led(new EntrySet(), 1)
    await link.peer.say({ page: { entries: [], records: [text('record 1 1')], last: true } })
    await ends(link, 'MALFORMED')
    const other = await againstBare(new EntrySet())
    await other.peer.hear()
    await other.peer.ask({ started: nothing })
    assert.deepEqual((await other.peer.ask({ heads: { heads: [{ subject: subjectOf(1), life: 1, n: 1 }], last: true } }))?.want?.subjects, subjectOf(1))
    await other.peer.say({ page: { entries: [], records: [text('record 1 1'), text('record 2 1')], last: true } })
    await ends(other, 'MALFORMED')
  })

  it('heads without end', async () => {
    const link = await againstBare(new EntrySet())
    await link.peer.hear()
    await link.peer.ask({ started: nothing })
    for (let at = 0; ; at++) {
      const heads = Array.from({ length: 1024 }, (_, n) => ({ subject: new Uint8Array(Buffer.from((at * 1024 + n).toString(16).padStart(76, '0'), 'hex')), life: 1, n: 1 }))
      const answer = await link.peer.ask({ heads: { heads, last: false } })
      if (answer?.refusal !== undefined) {
        assert.equal(answer.refusal.code, WIRE_CODES.LIMIT)
        break
      }
      assert.ok(answer?.askHeads !== undefined && at < 100)
    }
    await assert.rejects(link.run, { code: 'LIMIT' })
  })

  it('heads that come again', async () => {
    const link = await againstBare(new EntrySet())
    await link.peer.hear()
    await link.peer.ask({ started: nothing })
    const heads = { heads: [{ subject: subjectOf(1), life: 1, n: 1 }], last: false }
    assert.deepEqual(await link.peer.ask({ heads }), { askHeads: { after: subjectOf(1) } })
    await link.peer.say({ heads })
    await ends(link, 'MALFORMED')
  })

  it('digests that differ for ever, each a step deeper', async () => {
    const link = await led(mine(), 70)
    const own = Buffer.from(idOf(entryOf('x'))).toString('hex')
    let message: Message | undefined = link.heard
    let asked = 0
    for (; message?.ask !== undefined; asked++) {
      const [prefix = ''] = message.ask.prefixes
      const digits = Number.parseInt(own.slice(prefix.length, Math.max(2, prefix.length + 1)), 16)
      message = await link.peer.ask({ found: { nodes: [{ ids: NOTHING, children: [{ digits, count: 70, sum: id(1) }] }] } })
    }
    assert.equal(message?.refusal?.code, WIRE_CODES.LIMIT)
    assert.equal(asked, LONGEST_PREFIX_DIGITS)
    await assert.rejects(link.run, { code: 'LIMIT' })
  })

  it('digests that always differ, over ids that both have', async () => {
    const set = new EntrySet(named(20_000))
    const link = await led(set, 20_000)
    let message: Message | undefined = link.heard
    let asked = 0
    while (message?.ask !== undefined) {
      const { prefixes } = message.ask
      asked += prefixes.length
      const nodes = prefixes.map((prefix) => {
        const list = set.ids('file', prefix, LEAF_IDS + 1)
        if (list.length <= LEAF_IDS) return { ids: join(list), children: [] }
        return { ids: NOTHING, children: set.children('file', prefix).map((child) => ({ digits: Number.parseInt(child.prefix.slice(prefix.length), 16), count: child.count, sum: id(1) })) }
      })
      message = await link.peer.ask({ found: { nodes } })
    }
    assert.equal(message?.refusal?.code, WIRE_CODES.LIMIT)
    assert.ok(asked <= VAIN_PREFIXES)
    assert.deepEqual(set.received, [])
    await assert.rejects(link.run, { code: 'LIMIT' })
  }).timeout(60_000)

  it('a whole set that brings nothing new is stopped', async () => {
    const set = new EntrySet()
    set.unkept.add('nobody')
    const link = await led(set, 1_000_000)
    assert.ok(link.heard?.want !== undefined)
    for (let at = 1; at < VAIN_PAGES; at++) assert.deepEqual(await link.peer.ask(page(['nobody'], false)), { more: { stop: false } })
    assert.deepEqual(await link.peer.ask(page(['nobody'], false)), { more: { stop: true } })
    assert.deepEqual(await link.peer.hear(), { ask: { set: 2, prefixes: [''] } }, 'it looks closer instead')
    assert.ok((await link.peer.ask(ids(id(1))))?.want !== undefined)
    await link.peer.say(page([], true))
    await ends(link, 'INCOMPLETE')
  })

  it('a start while it is asked for a round, again and again', async () => {
    const link = await againstBare(mine())
    await link.peer.hear()
    assert.deepEqual(await link.peer.ask({ start: nothing }), { wait: { ms: 0 } })
    await link.peer.say({ start: nothing })
    await ends(link, 'MALFORMED')
  })
})

describe('protocols/sync against a lying leader', () => {
  it('rounds without end are paced, counted, and refused when it does not wait', async () => {
    const clock = new HandClock()
    const link = await againstBare(new EntrySet(['x']), { direction: 'inbound', clock })
    for (let at = 0; at < ROUND_BURST; at++) {
      assert.ok((await link.peer.ask({ start: nothing }))?.started !== undefined)
      await link.peer.say({ done: {} })
    }
    for (let at = 0; at < MAX_EARLY_STARTS; at++) assert.ok(((await link.peer.ask({ start: nothing }))?.wait?.ms ?? 0) > 0)
    assert.equal(link.session.stats.paced, MAX_EARLY_STARTS)
    await link.peer.say({ start: nothing })
    await ends(link, 'LIMIT')
  })

  it('being behind for ever makes it lead no faster than it may', async () => {
    const clock = new HandClock()
    const link = await againstBare(new EntrySet(), { direction: 'inbound', clock })
    for (let at = 0; at < ROUND_BURST; at++) {
      await link.peer.say({ behind: {} })
      const start = (await link.peer.hear())?.start
      assert.ok(start !== undefined)
      await link.peer.ask({ started: start })
      assert.deepEqual(await link.peer.ask(noHeads), { done: {} })
    }
    await link.peer.say({ behind: {} }, { behind: {} })
    assert.ok((await link.peer.ask({ start: nothing }))?.started !== undefined, 'it waits, and answers meanwhile')
    assert.equal(clock.alarms.length, 1)
    await link.peer.channel.close()
    await link.run
  })

  it('more prefixes than a round has', async () => {
    const link = await answering(new EntrySet())
    const ask = { ask: { set: 2, prefixes: Array.from({ length: MAX_PREFIXES }, (_, at) => at.toString(16).padStart(2, '0')) } }
    for (let at = 0; at < MAX_ROUND_PREFIXES / MAX_PREFIXES; at++) assert.ok((await link.peer.ask(ask))?.found !== undefined)
    await link.peer.say(ask)
    await ends(link, 'LIMIT')
  }).timeout(60_000)

  it('more requests than a round has', async () => {
    const link = await answering(new EntrySet())
    for (let at = 0; at < MAX_ROUND_REQUESTS; at += 256) {
      await link.peer.say(...Array.from({ length: 256 }, () => askHeads))
      for (let answer = 0; answer < 256; answer++) assert.ok((await link.peer.hear())?.heads !== undefined)
    }
    await link.peer.say(askHeads)
    await ends(link, 'LIMIT')
  }).timeout(60_000)

  it('the same entries over and over', async () => {
    const names = named(2000)
    const link = await answering(new EntrySet(names))
    const want = { want: { set: 2, prefixes: [''], ids: NOTHING, subjects: NOTHING } }
    let sent = 0
    let message: Message | undefined
    do {
      message = await link.peer.ask(message?.page?.last === false ? { more: { stop: false } } : want)
      sent += message?.page?.entries.length ?? 0
    } while (message?.refusal === undefined)
    assert.equal(message.refusal.code, WIRE_CODES.LIMIT)
    assert.ok(sent <= 2 * names.length + SPARE_ENTRIES)
    await assert.rejects(link.run, { code: 'LIMIT' })
  })

  it('entries over and over that are here already', async () => {
    const set = new EntrySet(['x'])
    const link = await answering(set)
    const give = { give: { entries: Array.from({ length: 1024 }, () => entryOf('x')), records: [] } }
    for (let at = 0; at < SPARE_ENTRIES / 1024; at++) assert.ok((await link.peer.ask(give))?.taken !== undefined)
    await link.peer.say(give)
    await ends(link, 'LIMIT')
  })

  it('a request before it took all pages of the last one', async () => {
    const link = await answering(new EntrySet(named(2000)))
    await link.peer.ask({ want: { set: 2, prefixes: [''], ids: NOTHING, subjects: NOTHING } })
    await link.peer.say(askHeads)
    await ends(link, 'MALFORMED')
  })

  it('an honest one that stops pages may go on', async () => {
    const set = new EntrySet(named(2000))
    const link = await answering(set)
    assert.equal((await link.peer.ask({ want: { set: 2, prefixes: [''], ids: NOTHING, subjects: NOTHING } }))?.page?.last, false)
    await link.peer.say({ more: { stop: true } })
    const wanted = set.ids('file', '', 2).sort(compareBytes)
    assert.equal((await link.peer.ask({ want: { set: 2, prefixes: [], ids: join([...wanted, id(0xff)].sort(compareBytes)), subjects: NOTHING } }))?.page?.entries.length, 2)
    await link.peer.say({ done: {} })
    await link.peer.channel.close()
    await link.run
    assert.deepEqual(set.rounds.map(({ led }) => led), [false])
  })

  it('unsorted, repeated or foreign ids are of the codec; what it claims to have at the start is only shown', async () => {
    const link = await answering(new EntrySet(['x']), { vault: emptyDigest(), file: { ...digestOf([]), count: 1000 } })
    assert.equal(link.session.stats.behindBy, 999)
    await link.peer.say({ done: {} })
    await link.peer.channel.close()
    await link.run
    assert.equal(link.session.stats.behindBy, 0)
    assert.ok(PREFIXES_AN_ENTRY >= LONGEST_PREFIX_DIGITS - 1, 'one difference may need every step')
  })
})
