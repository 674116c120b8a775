/** What one entry costs, in statements and rows, while a writer floods one name: as much for the last as for the first. */
import assert from 'node:assert/strict'
import { cidOf, DAG_CBOR } from '../../protocols/block/cid.js'
import { readEntry } from '../../protocols/vault/entry.js'
import { makePut } from '../../protocols/vault/make-entry.js'
import { tagOf } from '../../protocols/vault/private-part.js'
import { applyHistory } from '../../protocols/vault/history.js'
import { entriesOfTag } from '../../src/index/queries/entries.js'
import type { IndexDb } from '../../src/index/engine/index-db.js'
import { EntryLog } from '../../src/vault/entries/entry-log.js'
import { Members } from '../../src/vault/members/members.js'
import { historyRows } from '../../src/vault/entries/entry-rows.js'
import { keysOf, openLedger, seed, threeAdmits, vault, type OpenLedger } from './vaults.js'

const home = vault('flood')
const keys = keysOf(home)
const PAGE = 100
const PAGES = 12
/** As many as one step leaves some of. */
const MANY = 2_100
/** Statements and rows for one that waited and is applied. */
const WAITER_COST = 8

interface Step { after: Uint8Array[], clock: number }

/** What the index was asked for and told since the last look: statements, and the rows that they gave or changed. */
class Meter {
  private work = 0

  constructor (db: IndexDb) {
    const { all, get, write } = { all: db.all.bind(db), get: db.get.bind(db), write: db.write.bind(db) }
    db.all = <T>(...args: Parameters<typeof all>): T[] => {
      const rows = all<T>(...args)
      this.work += 1 + rows.length
      return rows
    }
    db.get = <T>(...args: Parameters<typeof get>): T | undefined => {
      this.work += 2
      return get<T>(...args)
    }
    db.write = async (...args) => {
      const results = await write(...args)
      for (const { changes } of results) this.work += 1 + changes
      return results
    }
  }

  look (): number {
    const { work } = this
    this.work = 0
    return work
  }
}

describe('vault: a writer that floods one name', () => {
  let open: OpenLedger
  let writer: Uint8Array

  beforeEach(async () => {
    open = await openLedger(home)
    const { admits, people } = await threeAdmits(home)
    await open.ledger.receive(admits)
    writer = people[1].writer
  })
  afterEach(() => open.close())

  /** Puts of one name, each on what `next` says of the ones before it. */
  function puts (count: number, next: (ids: Uint8Array[]) => Step): Uint8Array[] {
    const ids: Uint8Array[] = []
    return Array.from({ length: count }, (_, n) => {
      const content = `content ${n}`
      const made = makePut({
        vault: home.id, epoch: 0, writer, seq: n + 2, prev: ids.at(-1) ?? seed('before'), time: 1_700_000_000_000 + n, keys, name: 'x', lineage: seed('lineage'), seed: seed('seed').subarray(0, 16),
        ...next(ids), root: cidOf(DAG_CBOR, new TextEncoder().encode(content)), bytes: 500, key: seed(content), size: 7
      })
      ids.push(made.id)
      return made.bytes
    })
  }
  const onLast = (ids: Uint8Array[]): Step => ({ after: ids.slice(-1), clock: ids.length + 1 })

  function isRight (): void {
    const rows = entriesOfTag(open.db, tagOf(keys.name, 'x'))
    const pure = applyHistory(historyRows(rows))
    const ids = (list: Array<{ id: Uint8Array }>): string[] => list.map(({ id }) => Buffer.from(id).toString('hex')).sort()
    const marked = (mark: string): string[] => ids(open.db.all<{ id: Uint8Array }>(`SELECT id FROM entries WHERE ${mark} = 1`))
    assert.deepEqual([marked('head'), marked('waiting')], [ids(pure.heads), ids(pure.waiting)])
    const shown = open.db.get<{ version: Uint8Array, conflict: number }>('SELECT version, conflict FROM names')
    assert.deepEqual(shown === undefined ? undefined : [shown.version, shown.conflict === 1], pure.newest === undefined ? undefined : [pure.newest.id, pure.conflict])
  }

  const floods: Array<[what: string, list: () => Uint8Array[]]> = [
    ['on something that never comes', () => puts(PAGE * PAGES, () => ({ after: [seed('nowhere')], clock: 2 }))],
    ['on nothing', () => puts(PAGE * PAGES, () => ({ after: [], clock: 1 }))],
    ['one on the other', () => puts(PAGE * PAGES, onLast)],
    ['one on the other, the last first', () => puts(PAGE * PAGES, onLast).toReversed()],
    ['on 16 before, with a wrong clock', () => puts(PAGE * PAGES, (ids) => ids.length < 16 ? { after: [], clock: 1 } : { after: ids.slice(0, 16).sort(Buffer.compare), clock: 9 })]
  ]
  for (const [what, list] of floods) {
    it(`${what}: every page costs what the second did`, async () => {
      const all = list()
      const meter = new Meter(open.db)
      const costs: number[] = []
      for (let at = 0; at < all.length; at += PAGE) {
        meter.look()
        await open.ledger.receive(all.slice(at, at + PAGE))
        costs.push(meter.look())
      }
      const [, second = 0] = costs
      assert.ok(Math.max(...costs.slice(2, -1)) <= 1.2 * second, `statements and rows a page: ${costs.join(', ')}`)
      // all that waited may be applied in the last one
      assert.ok((costs.at(-1) ?? Infinity) <= 1.2 * second + WAITER_COST * all.length, `statements and rows a page: ${costs.join(', ')}`)
      isRight()
    })
  }

  it('what waited for one entry is applied in steps when it comes, and after a stop in the middle at the next start', async () => {
    const first = puts(1, onLast)
    const { id } = readEntry(first[0] ?? new Uint8Array())
    await open.ledger.receive(puts(MANY, () => ({ after: [id], clock: 2 })).slice(1))
    const write = open.db.write.bind(open.db)
    let left = 1
    open.db.write = async (...args) => {
      if (left-- === 0) throw new Error('the process ends')
      return write(...args)
    }
    await assert.rejects(open.ledger.receive(first), /the process ends/)
    open.db.write = write
    assert.notEqual(open.db.get<{ n: number }>('SELECT count(*) AS n FROM entries WHERE waiting = 1')?.n, 0)
    const again = new EntryLog({ db: open.db, members: new Members(open.db) }, { vault: home.id, keys, onChange: () => {} })
    await again.settle()
    assert.deepEqual(open.db.all('SELECT * FROM unsettled'), [])
    assert.deepEqual(open.db.all('SELECT * FROM awaits'), [])
    isRight()
  })
})
