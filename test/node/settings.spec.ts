import assert from 'node:assert/strict'
import type { DfsNode, SettingsChange } from '../../src/api/node.js'
import { makeSetting } from '../../protocols/vault/make-entry.js'
import { vaultKeys } from '../../protocols/vault/keys.js'
import { bytesOf, Cluster, collect, failsWith, held, inside, next, same, secretsOf } from './cluster.js'

const DEFAULTS = { copies: 3, keep: 10, retention: 30 * 86400e3, scope: 'lineage', made: [] }
const MIB = 1024 ** 2

describe('node: settings of the vault', function () {
  this.timeout(20_000)
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  const entries = (node: DfsNode): number => inside(node).parts.vault.totals().entries
  const raw = (node: DfsNode): Record<string, unknown> => inside(node).parts.vault.settings.raw

  it('have defaults; an owner changes some, everybody hears of it, and it holds after a restart', async () => {
    const [dir, a] = [await cluster.dir(), await cluster.node()]
    const b = await cluster.member(a, { role: 'store', dir, label: 'b' })
    assert.deepEqual(await a.settings(), DEFAULTS)
    const heard = next(b, 'vault:settings', ({ local }) => !local)
    const own = next(a, 'vault:settings', ({ local }) => local)
    const set = await a.set({ copies: 'all', keep: 3, retention: 1000 })
    assert.deepEqual(set, { copies: 'all', keep: 3, retention: 1000, scope: 'lineage', made: ['copies', 'keep', 'retention'] })
    assert.deepEqual(await heard, { ...set, local: false })
    assert.deepEqual(await own, { ...set, local: true })
    await b.stop()
    assert.deepEqual(await (await cluster.node({ dir })).settings(), set)
    // one alone changes nothing else, and null is the default again
    assert.deepEqual(await a.set({ durable: 1, keep: null }), { copies: 'all', durable: 1, keep: 10, retention: 1000, scope: 'lineage', made: ['copies', 'durable', 'retention'] })
  })

  it('are the owners\' alone', async () => {
    const a = await cluster.node()
    for (const role of ['write', 'read', 'store'] as const) {
      const b = await cluster.member(a, { role, label: role })
      await failsWith(b.set({ keep: 1 }), 'NOT_ALLOWED')
      assert.deepEqual(await b.settings(), DEFAULTS)
    }
  })

  it('out of range, or none there is: the error names it, and nothing is written', async () => {
    const a = await cluster.node()
    await a.set({ keep: 5 })
    const before = entries(a)
    const wrong: Array<Record<string, unknown>> = [
      { copies: 0 }, { copies: 1025 }, { copies: 1.5 }, { copies: '3' }, { durable: 0 }, { durable: 'all' }, { keep: -1 }, { keep: 1_000_001 }, { keep: NaN }, { retention: -1 }, { retention: 36_500 * 86400e3 + 1 },
      { retention: '30d' }, { scope: 'unlinked' }, { scope: 10n }, { colour: 'red' }, { toString: 1 }
    ]
    for (const change of wrong) {
      const error = await failsWith<Error & { code: string, field: string }>(a.set({ keep: 7, ...change }), 'INVALID_OPTION')
      assert.equal(error.field, Object.keys(change)[0])
    }
    await failsWith(a.set(null as unknown as SettingsChange), 'INVALID_OPTION')
    assert.equal((await a.settings()).keep, 5)
    // and what changes nothing is not written either
    await a.set({ keep: 5, scope: null })
    await a.set({})
    assert.equal(entries(a), before)
  })

  it('keep what only a newer dfs understands, and take no harm by it', async () => {
    const a = await cluster.node()
    const { entries } = inside(a).parts.vault
    const { secret, vault } = secretsOf(a)
    const body = { keep: 4, scope: 'folder', later: [1, { a: true }] }
    await entries.take(makeSetting({ vault, epoch: 0, writer: vaultKeys(secret ?? new Uint8Array()).sign, seq: 7, prev: bytesOf('before', 32), time: 1, settings: body }).entry)
    assert.deepEqual(await a.settings(), { ...DEFAULTS, keep: 4, made: ['keep'] })
    await a.set({ copies: 2 })
    assert.deepEqual(raw(a), { ...body, copies: 2 })
    // of two changes at the same time neither loses the other's
    await Promise.all([a.set({ retention: 5000 }), a.set({ keep: 6 })])
    assert.deepEqual(raw(a), { ...body, copies: 2, retention: 5000, keep: 6 })
  })

  it('durable: what a put waits for that names no number', async () => {
    const a = await cluster.node()
    await a.set({ durable: 2 })
    const error = await failsWith(a.put('x', bytesOf('x', 10)), 'NOT_DURABLE')
    assert.match(error.message, /the vault has 1/)
    await a.put('x', bytesOf('x', 10), { durable: 1 })
    await cluster.member(a)
    assert.equal((await a.put('y', bytesOf('y', 10))).copies.length, 2)
  })

  it('scope: equal bytes are one of one name, of the whole vault, or never', async () => {
    const a = await cluster.node()
    const bytes = bytesOf('same', 2 * MIB + 5)
    const put = async (name: string, options = {}): Promise<string> => (await a.put(name, bytes, { durable: 1, ...options })).cid
    const first = await put('one')
    assert.notEqual(await put('two'), first)
    assert.equal(await put('one'), first)
    const before = held(a).blocks
    const apart = await put('one', { scope: 'unlinked' })
    assert.notEqual(apart, first)
    assert.equal(held(a).blocks, 2 * before - before / 2)
    // again: another one, although nothing changed
    const again = await put('one', { scope: 'unlinked' })
    assert.equal(new Set([first, apart, again]).size, 3)
    // the name's lineage is what it was
    assert.equal(await put('one'), first)
    await a.set({ scope: 'vault' })
    const shared = await put('three')
    assert.ok(![first, apart, again].includes(shared))
    const blocks = held(a).blocks
    assert.equal(await put('four'), shared)
    assert.equal(held(a).blocks, blocks)
    assert.notEqual(await put('four', { scope: 'unlinked' }), shared)
    // names that began with it have a lineage of their own all the same
    await a.set({ scope: 'lineage' })
    const [three, four] = [await put('three'), await put('four')]
    assert.equal(new Set([three, four, shared]).size, 3)
    for (const name of ['one', 'two', 'three', 'four']) same(await collect(a.get(name)), bytes)
    const error = await failsWith<Error & { code: string, field: string }>(a.put('five', bytes, { scope: 'vault' as 'unlinked' }), 'INVALID_OPTION')
    assert.equal(error.field, 'scope')
  })
})
