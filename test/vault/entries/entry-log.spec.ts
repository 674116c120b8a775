import assert from 'node:assert/strict'
import fc from 'fast-check'
import { readEntry } from '../../../protocols/vault/entry.js'
import { applyHistory } from '../../../protocols/vault/history.js'
import { vaultKeys } from '../../../protocols/vault/keys.js'
import { makeRevoke } from '../../../protocols/vault/make-entry.js'
import { tagOf } from '../../../protocols/vault/private-part.js'
import { allEntries, countEntries, entriesOfTag } from '../../../src/index/queries/entries.js'
import { namesFrom } from '../../../src/index/queries/name-list.js'
import { historyRows } from '../../../src/vault/entries/entry-rows.js'
import { EntryLog, type IndexRoom } from '../../../src/vault/entries/entry-log.js'
import { Members } from '../../../src/vault/members/members.js'
import { idOf, keysOf, node, openLedger, threeAdmits, vault, Writer, ZEROS, type OpenLedger } from '../vaults.js'
import { expectedLives, shownLives } from '../liveness.js'
import { failsWith } from '../../node/cluster.js'

const home = vault('ledger')
const NAMES = ['a', 'b', 'dir/c']

describe('ledger', () => {
  const open: OpenLedger[] = []
  const opened = async (withKeys?: boolean): Promise<OpenLedger> => {
    const ledger = await openLedger(home, withKeys)
    open.push(ledger)
    return ledger
  }
  afterEach(async () => { await Promise.all(open.splice(0).map(({ close }) => close())) })

  /** A set of entries of three writers, partly without knowledge of each other, with what belongs to other kinds. */
  async function history (steps: Array<{ who: number, name: number, kind: number }>): Promise<Uint8Array[]> {
    const { admits, people } = await threeAdmits(home)
    const writers = people.map((who) => new Writer(home, who))
    const scratch = await opened()
    for (const bytes of admits) await scratch.ledger.receive([bytes])
    const all = [...admits]
    for (const [at, { who, name, kind }] of steps.entries()) {
      const writer = writers[who % 3]
      const called = NAMES[name % NAMES.length]
      if (writer === undefined || called === undefined) continue
      const full = applyHistory(historyRows(entriesOfTag(scratch.db, tagOf(keysOf(home).name, called))))
      // some have not seen the newest
      const seen = kind % 2 === 0 ? full : applyHistory(full.applied.slice(0, Math.floor(full.applied.length / 2)))
      const bytes = kind >= 8 && seen.heads.length > 0
        ? writer.delete(called, seen)
        : kind === 7 ? writer.forget(called, [seen.applied[0]?.id ?? ZEROS]) : kind === 6 ? writer.unknown() : writer.put(called, `content ${at}`, seen)
      all.push(bytes)
      await scratch.ledger.receive([bytes])
    }
    all.push(new Writer(home, people[0]).setting())
    return all
  }

  /** Everything that must be alike. */
  function state ({ db, ledger }: OpenLedger): unknown {
    const heads = db.all<{ id: Uint8Array, head: number, waiting: number, void: number }>('SELECT id, head, waiting, void FROM entries ORDER BY id').map(({ id, ...marks }) => [Buffer.from(id).toString('hex'), marks])
    return {
      heads,
      names: [...namesFrom(db, '')],
      members: ledger.members.all().map(({ peer, role, admit }) => [peer, role, Buffer.from(admit).toString('hex')]).sort(),
      unknown: ledger.unknown
    }
  }

  it('ends with the same, in whatever order and groups entries come', async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.record({ who: fc.nat(2), name: fc.nat(2), kind: fc.nat(9) }), { maxLength: 14 }),
      fc.infiniteStream(fc.nat(1_000_000)),
      fc.infiniteStream(fc.integer({ min: 1, max: 4 })),
      async (steps, order, sizes) => {
        const entries = await history(steps)
        const straight = await opened()
        for (const bytes of entries) await straight.ledger.receive([bytes])
        const shuffled = entries.map((bytes) => ({ bytes, at: order.next().value as number })).sort((x, y) => x.at - y.at).map(({ bytes }) => bytes)
        const other = await opened()
        // who is not known yet is asked for again: the set grows until nothing is new, as with sync
        for (let before = -1; before !== countEntries(other.db);) {
          before = countEntries(other.db)
          for (let at = 0; at < shuffled.length;) {
            const size = sizes.next().value as number
            await other.ledger.receive(shuffled.slice(at, at + size))
            at += size
          }
        }
        assert.deepEqual(state(other), state(straight))
        assert.deepEqual(shownLives(other.db), expectedLives(other.db))
        assert.equal(countEntries(other.db), new Set(entries.map(idOf)).size)
        for (const name of NAMES) {
          const tag = tagOf(keysOf(home).name, name)
          const rows = historyRows(entriesOfTag(other.db, tag))
          const pure = applyHistory(rows)
          const marked = other.db.all<{ id: Uint8Array }>('SELECT id FROM entries WHERE tag = ? AND head = 1', tag).map(({ id }) => Buffer.from(id).toString('hex'))
          assert.deepEqual(marked.sort(), pure.heads.map(({ id }) => Buffer.from(id).toString('hex')).sort())
          const shown = [...namesFrom(other.db, name)].find((row) => row.name === name)
          assert.deepEqual(shown?.version, pure.newest?.kind === 'delete' ? undefined : pure.newest?.id)
          assert.equal(shown?.conflict === 1, shown !== undefined && pure.conflict)
        }
        // the counts are those of what is on disk
        const reopened = new EntryLog({ db: other.db, members: new Members(other.db) }, { vault: home.id, keys: keysOf(home), onChange: () => {} })
        assert.equal(reopened.unknown, other.ledger.unknown)
        await Promise.all(open.splice(0).map(({ close }) => close()))
      }
    ), { numRuns: 25 })
  })

  it('entries sent at the same time end with the same', async () => {
    const entries = await history(Array.from({ length: 12 }, (_, n) => ({ who: n, name: n % 2, kind: n % 6 })))
    const straight = await opened()
    for (const bytes of entries) await straight.ledger.receive([bytes])
    const other = await opened()
    for (const bytes of entries.slice(0, 3)) await other.ledger.receive([bytes])
    await Promise.all([...entries.slice(3), ...entries.slice(3)].map((bytes) => other.ledger.receive([bytes])))
    assert.deepEqual(state(other), state(straight))
  })

  it('a page of several groups ends with the same: names that are new, versions in a row, entries twice, and of unknown kinds', async () => {
    const steps = await history(Array.from({ length: 24 }, (_, n) => ({ who: n, name: n, kind: n % 10 })))
    const { people } = await threeAdmits(home)
    const writer = new Writer(home, people[1])
    const fresh = Array.from({ length: 150 }, (_, n) => writer.put(`fresh/${n}`, `text ${n}`))
    const page = [...steps, ...fresh, ...steps.toReversed(), ...fresh.slice(0, 40)]
    const straight = await opened()
    for (const bytes of [...steps, ...fresh]) await straight.ledger.receive([bytes])
    const other = await opened()
    await other.ledger.receive(page)
    assert.deepEqual(state(other), state(straight))
    assert.equal(other.changes.length, straight.changes.length)
    const twice = await opened()
    await Promise.all([twice.ledger.receive(page), twice.ledger.receive(page.toReversed())])
    assert.deepEqual(state(twice), state(straight))
  })

  it('without keys keeps the same set and heads, and no names', async () => {
    const entries = await history([{ who: 0, name: 0, kind: 0 }, { who: 1, name: 0, kind: 1 }, { who: 2, name: 1, kind: 0 }])
    const blind = await opened(false)
    const seeing = await opened()
    for (const { ledger } of [blind, seeing]) for (const bytes of entries) await ledger.receive([bytes])
    assert.equal(countEntries(blind.db), countEntries(seeing.db))
    const heads = ({ db }: OpenLedger): unknown => db.all('SELECT id FROM entries WHERE head = 1 ORDER BY id')
    assert.deepEqual(heads(blind), heads(seeing))
    assert.deepEqual([...namesFrom(blind.db, '')], [])
    assert.equal(blind.db.all('SELECT * FROM entries').some((row) => Buffer.from((row as { entry: Uint8Array }).entry).includes('dir/')), false)
  })

  it('gives what makes members first', async () => {
    const entries = await history([{ who: 0, name: 0, kind: 0 }, { who: 1, name: 0, kind: 0 }])
    const { db, ledger } = await opened()
    for (const bytes of entries) await ledger.receive([bytes])
    const kinds = [...allEntries(db)].map((bytes) => readEntry(bytes).kind)
    assert.deepEqual(kinds, ['admit', 'admit', 'admit', 'setting', 'put', 'put'])
  })

  it('leaves out whose writer is not known, counts it, and takes it once it is', async () => {
    const { admits, people } = await threeAdmits(home)
    const [first, second, third] = admits
    assert.ok(first !== undefined && second !== undefined && third !== undefined)
    const put = new Writer(home, people[2]).put('a', 'text')
    const { ledger, changes, db } = await opened()
    await ledger.receive([first, third, put])
    assert.equal(countEntries(db), 1)
    assert.equal(ledger.refused.UNKNOWN_WRITER, 2)
    await ledger.receive([put, third, second])
    // in one list admits go first, but in their own order
    await ledger.receive([third, put])
    assert.equal(countEntries(db), 4)
    assert.deepEqual(changes.map(({ kind }) => kind), ['member', 'member', 'member', 'file'])
    assert.equal(ledger.members.all().length, 3)
  })

  it('without room takes the vault kinds and what this node wrote, counts the rest as NO_SPACE, and takes it later', async () => {
    const { admits, people } = await threeAdmits(home)
    const writer = new Writer(home, people[1])
    const [put, unknown, late] = [writer.put('a', 'a'), writer.unknown(), writer.put('b', 'b')]
    const { db } = await opened()
    let room: IndexRoom = 'none'
    const ledger = new EntryLog({ db, members: new Members(db) }, { vault: home.id, keys: keysOf(home), onChange: () => {}, room: async () => room })
    assert.equal(await ledger.receive([...admits, put, unknown]), true)
    assert.deepEqual([countEntries(db), ledger.refused], [3, { NO_SPACE: 2 }])
    assert.equal(ledger.full, true)
    await ledger.take(readEntry(put))
    assert.equal(await ledger.receive([put]), false)
    room = 'known'
    assert.equal(await ledger.receive([unknown, late]), true)
    assert.deepEqual([countEntries(db), ledger.unknown, ledger.refused], [5, 0, { NO_SPACE: 3 }])
    room = 'all'
    assert.equal(await ledger.receive([unknown]), false)
    assert.deepEqual([countEntries(db), ledger.unknown, ledger.full], [6, 1, false])
  })

  it('without room for all of it void entries are left out', async () => {
    const { admits, people } = await threeAdmits(home)
    const writer = new Writer(home, people[2])
    const { db } = await opened()
    const ledger = new EntryLog({ db, members: new Members(db) }, { vault: home.id, keys: keysOf(home), onChange: () => {}, room: async () => 'known' })
    const revoke = makeRevoke({ vault: home.id, epoch: 0, writer: vaultKeys(home.secret).sign, seq: 1, prev: ZEROS, time: 1, revoked: { subject: people[2].peer, cut: [] } }).bytes
    assert.equal(await ledger.receive([...admits, revoke, writer.put('a', 'a')]), true)
    assert.deepEqual([countEntries(db), ledger.refused], [4, { NO_SPACE: 1 }])
  })

  it('keeps nothing of a list with one bad entry, and counts why', async () => {
    const { admits, people } = await threeAdmits(home)
    const { ledger, db } = await opened()
    for (const bytes of admits) await ledger.receive([bytes])
    const good = new Writer(home, people[0]).put('a', 'text')
    const altered = new Writer(home, people[1]).put('b', 'text')
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1
    const elsewhere = new Writer(vault('elsewhere'), people[0]).put('a', 'text')
    await failsWith(ledger.receive([good, altered]), 'INVALID_DATA')
    await failsWith(ledger.receive([good, elsewhere]), 'WRONG_VAULT')
    await failsWith(ledger.receive([good, new Uint8Array([1, 2, 3])]), 'MALFORMED')
    assert.equal(countEntries(db), 3)
    assert.deepEqual(ledger.refused, { INVALID_DATA: 1, WRONG_VAULT: 1, MALFORMED: 1 })
  })

  it('known entries change nothing and tell nobody', async () => {
    const { admits, people } = await threeAdmits(home)
    const { ledger, changes, db } = await opened()
    const put = new Writer(home, people[0]).put('a', 'text')
    for (let n = 0; n < 3; n++) for (const bytes of [...admits, put]) await ledger.receive([bytes])
    assert.equal(changes.length, 4)
    assert.equal(countEntries(db), 4)
  })

  it('an entry whose commit fails is not known afterwards, and can come again', async () => {
    const { admits, people } = await threeAdmits(home)
    const { ledger, changes, db } = await opened()
    for (const bytes of admits) await ledger.receive([bytes])
    const entry = ledger.read(new Writer(home, people[0]).put('a', 'text'))
    await assert.rejects(ledger.take(entry, async () => { throw new Error('the disk is full') }))
    assert.equal(countEntries(db), 3)
    assert.equal(changes.length, 3)
    assert.equal(await ledger.take(entry), true)
    assert.equal(await ledger.take(entry), false)
    assert.equal([...namesFrom(db, '')].length, 1)
  })

  it('of two admits of one node the higher role counts, then the lower id', async () => {
    const { admits, people: [founder, , second] } = await threeAdmits(home)
    const cast = await import('../../protocols/hello/cast.js')
    const { ledger } = await opened()
    for (const bytes of admits) await ledger.receive([bytes])
    const subject = node('twice')
    const admitAs = async (role: 'owner' | 'write' | 'read' | 'store', witness: typeof founder): Promise<Uint8Array> => {
      const text = cast.invite(home, role, `${role} ${witness.name}`)
      return cast.admit(home, text, await cast.certificate(text, subject), witness)
    }
    const list = [await admitAs('read', founder), await admitAs('write', founder), await admitAs('store', second), await admitAs('write', second)]
    const write = [list[1], list[3]].map((bytes) => idOf(bytes ?? ZEROS)).sort()
    for (const order of [list, list.toReversed()]) {
      const one = await opened()
      for (const bytes of [...admits, ...order]) await one.ledger.receive([bytes])
      const member = one.ledger.members.all().find(({ bytes }) => Buffer.compare(bytes, subject.peer) === 0)
      assert.equal(member?.role, 'write')
      assert.equal(Buffer.from(member.admit).toString('hex'), write[0])
      assert.equal(countEntries(one.db), 7)
    }
  })

  it('a writer stays known whichever admit of its node counts, and after a restart', async () => {
    const { admits, people: [founder] } = await threeAdmits(home)
    const cast = await import('../../protocols/hello/cast.js')
    const subject = node('twice')
    const other = { ...subject, writer: cast.seed('another writer key') }
    const admitAs = async (who: typeof subject, name: string): Promise<Uint8Array> => {
      const text = cast.invite(home, 'write', name)
      return cast.admit(home, text, await cast.certificate(text, who), founder)
    }
    const both = [await admitAs(subject, 'first'), await admitAs(other, 'second')]
    const entries = [new Writer(home, subject).put('x', 'of the one'), new Writer(home, other).put('y', 'of the other')]
    for (const order of [both, both.toReversed()]) {
      const one = await opened()
      for (const bytes of [...admits, ...order, ...entries]) await one.ledger.receive([bytes])
      assert.equal(countEntries(one.db), admits.length + 4)
      const again = new Members(one.db)
      for (const bytes of entries) assert.equal(again.ofWriter(readEntry(bytes).writer)?.peer, one.ledger.members.ofWriter(readEntry(bytes).writer)?.peer)
      assert.ok(entries.every((bytes) => again.ofWriter(readEntry(bytes).writer) !== undefined))
    }
  })
})
