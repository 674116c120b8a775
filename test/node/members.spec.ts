import assert from 'node:assert/strict'
import type { DfsNode, Role } from '../../src/api/node.js'
import { bytesOf, Cluster, collect, connected, failsWith, held, infos, inside, knows, names, next, parted, same } from './cluster.js'

const MIB = 1024 ** 2

describe('node: members', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  describe('evict', () => {
    it('drops the copy here once another member has it, and the next get comes from there', async () => {
      const a = await cluster.node()
      const b = await cluster.member(a)
      const content = bytesOf('x', 3 * MIB)
      const file = await a.put('x', content, { durable: 2 })
      const [own] = file.copies
      assert.deepEqual(await a.evict('x'), { blocks: own?.blocks, bytes: own?.bytes, peer: b.peer })
      assert.deepEqual(held(a), { blocks: 0, used: 0, reserved: 0 })
      assert.equal((await a.stat('x')).version, file.version)
      const from = new Set<string>()
      same(await collect(a.get('x', { onProgress: (event) => { if (event.type === 'file:get:fetched') from.add(event.peer) } })), content)
      assert.deepEqual([...from], [b.peer])
    })

    it('sends what the other lacks before it takes its word', async () => {
      const a = await cluster.node()
      const content = bytesOf('x', 3 * MIB)
      const small = bytesOf('small', 500)
      await a.put('x', content)
      await a.put('small', small)
      const b = await cluster.member(a)
      for (const name of ['x', 'small']) assert.equal((await a.evict(name)).peer, b.peer)
      assert.equal(held(a).blocks, 0)
      same(await collect(a.get('x')), content)
      same(await collect(b.get('small')), small)
    })

    it('is refused where nobody else is, or nobody has room, and nothing goes', async () => {
      const a = await cluster.node()
      const file = await a.put('x', bytesOf('x', 3 * MIB))
      const before = held(a)
      const error = await failsWith<Error & { code: string, retry: boolean }>(a.evict('x'), 'NOT_PROMISED')
      assert.equal(error.retry, true)
      const full = await cluster.member(a, { label: 'full', capacity: 0 })
      await knows(full, 'x', file.version)
      assert.ok((await failsWith(a.evict('x'), 'NOT_PROMISED')).message.includes('full'))
      assert.deepEqual(held(a), before)
      same(await collect(a.get('x')), bytesOf('x', 3 * MIB))
    })

    it('goes also when nobody gave its word, with force, but not what was promised', async () => {
      const a = await cluster.node()
      await a.put('x', bytesOf('x', 3 * MIB))
      const { blocks } = held(a)
      const { replicas } = inside(a).parts
      const { isPromised } = replicas
      replicas.isPromised = () => true
      await failsWith(a.evict('x', { force: true }), 'NOT_PROMISED')
      replicas.isPromised = isPromised
      assert.deepEqual(await a.evict('x', { force: true }).then(({ blocks, peer }) => ({ blocks, peer })), { blocks, peer: undefined })
      await failsWith(collect(a.get('x')), 'BLOCKS_UNAVAILABLE')
    })

    it('is refused where there is no copy to drop', async () => {
      const a = await cluster.node()
      const b = await cluster.member(a)
      await a.put('x', 'text', { durable: 2 })
      await a.evict('x')
      const error = await failsWith<Error & { code: string, retry: boolean }>(a.evict('x'), 'NOT_PROMISED')
      assert.equal(error.retry, false)
      // what is put again is held again, and is the version that it was
      const { version } = await b.stat('x')
      assert.equal((await a.put('x', 'text', { durable: 2 })).version, version)
      assert.equal(held(a).blocks, 1)
    })

    it('of two members at once leaves one copy', async () => {
      const a = await cluster.node()
      const b = await cluster.member(a)
      const content = bytesOf('x', 2 * MIB)
      await a.put('x', content, { durable: 2 })
      await Promise.allSettled([a.evict('x'), b.evict('x')])
      assert.ok(held(a).blocks + held(b).blocks > 0)
      same(await collect(a.get('x')), content)
      same(await collect(b.get('x')), content)
    })

    it('keeps the blocks that another version here still needs', async () => {
      const a = await cluster.node()
      await cluster.member(a)
      const content = bytesOf('x', 3 * MIB)
      const first = await a.put('x', content, { durable: 2 })
      content[0] = (content[0] ?? 0) ^ 1
      await a.put('x', content, { durable: 2 })
      await a.evict('x')
      assert.ok(held(a).blocks > 0)
      content[0] ^= 1
      const peers = new Set<string>()
      same(await collect(a.get('x', { version: first.version, onProgress: (event) => { if (event.type === 'file:get:fetched') peers.add(event.peer) } })), content)
      assert.equal(peers.size, 0)
    })
  })

  describe('roles', () => {
    it('read lists and gets, and changes nothing', async () => {
      const a = await cluster.node()
      const file = await a.put('dir/x', 'text')
      const r = await cluster.member(a, { role: 'read' })
      await knows(r, 'dir/x', file.version)
      assert.deepEqual(await names(r, { prefix: 'dir/' }), ['dir/x'])
      assert.equal(Buffer.from(await collect(r.get('dir/x'))).toString(), 'text')
      await failsWith(r.put('y', 'text'), 'NOT_ALLOWED')
      await failsWith(r.evict('dir/x'), 'NOT_ALLOWED')
      assert.deepEqual(await names(a), ['dir/x'])
    })

    it('store holds blocks and entries, serves them, and can read no name', async () => {
      const a = await cluster.node()
      const s = await cluster.member(a, { role: 'store' })
      const content = bytesOf('x', 2 * MIB)
      const file = await a.put('secret name', content, { durable: 2 })
      assert.deepEqual(file.copies.map(({ peer }) => peer), [a.peer, s.peer])
      assert.equal(held(s).blocks, held(a).blocks)
      for (const work of [s.stat('secret name'), collect(s.get('secret name')), names(s), s.put('y', 'y'), s.evict('secret name')]) await failsWith(work, 'NOT_ALLOWED')
      const status = await s.status()
      assert.deepEqual([status.role, status.files, status.entries], ['store', 0, (await a.status()).entries])
      await a.evict('secret name')
      same(await collect(a.get('secret name')), content)
    })

    it('a later version reaches a store member too, and it keeps both', async () => {
      const a = await cluster.node()
      const s = await cluster.member(a, { role: 'store' })
      const first = await a.put('x', 'one', { durable: 2 })
      await a.put('x', 'two', { durable: 2 })
      await a.evict('x')
      assert.equal(Buffer.from(await collect(a.get('x'))).toString(), 'two')
      assert.equal(Buffer.from(await collect(a.get('x', { version: first.version }))).toString(), 'one')
      assert.equal(held(s).blocks, 2)
    })
  })

  describe('events', () => {
    it('of a put: here, at others, and of its copies', async () => {
      const a = await cluster.node()
      const b = await cluster.member(a)
      const here = next(a, 'file:put')
      const there = next(b, 'file:put')
      const copies = next(a, 'file:copies')
      const file = await a.put('x', 'text', { durable: 2, type: 'text/plain' })
      const { copies: _, ...info } = file
      assert.deepEqual(await here, { ...info, local: true })
      assert.deepEqual(await there, { ...info, local: false })
      assert.deepEqual(await copies, file)
    })

    it('of a file:copies when fewer were reached than asked for', async () => {
      const a = await cluster.node()
      await cluster.member(a, { capacity: 0 })
      const copies = next(a, 'file:copies')
      await failsWith(a.put('x', 'text', { durable: 2 }), 'NOT_DURABLE')
      assert.deepEqual((await copies).copies.map(({ peer }) => peer), [a.peer])
    })

    it('of members: joined, connected, gone', async () => {
      const a = await cluster.node({ label: 'a' })
      const order: string[] = []
      a.addEventListener('member:join', ({ detail }) => { order.push(`join ${detail.label} ${detail.role}`) })
      a.addEventListener('peer:connect', ({ detail }) => { order.push(`connect ${detail.label} ${detail.role}`) })
      a.addEventListener('peer:disconnect', () => { order.push('disconnect') })
      const b = await cluster.member(a, { role: 'store', label: 'b' })
      const c = await cluster.member(a, { role: 'read', label: 'c' })
      await c.stop()
      await parted(a, c.peer)
      assert.deepEqual(order.filter((text) => text.startsWith('join')), ['join b store', 'join c read'])
      assert.ok(order.includes('connect b store') && order.includes('connect c read'))
      assert.ok(order.includes('disconnect'))
      const away = (await a.members()).find(({ peer }) => peer === c.peer)
      assert.equal(away?.connected, false)
      assert.ok(away.lastSeen instanceof Date)
      assert.equal((await a.members()).find(({ peer }) => peer === b.peer)?.connected, true)
    })
  })

  describe('two that write one name without knowing of each other', () => {
    /** Two writers that are in one vault and have no connection. */
    async function apart (): Promise<{ a: DfsNode, b: DfsNode, meet: () => Promise<void> }> {
      const a = await cluster.node()
      const b = await cluster.member(a, { start: false })
      return {
        a,
        b,
        meet: async () => {
          await b.start()
          await connected(a, b)
        }
      }
    }

    it('have a conflict, which both show alike, and the next put resolves', async () => {
      const { a, b, meet } = await apart()
      const first = await a.put('x', 'of a')
      const second = await b.put('x', 'of b')
      const conflicts = [next(a, 'file:conflict'), next(b, 'file:conflict')]
      await meet()
      const [seenByA, seenByB] = await Promise.all(conflicts)
      assert.deepEqual({ ...seenByA, local: false }, { ...seenByB, local: false })
      const shown = await a.stat('x')
      assert.deepEqual(await b.stat('x'), shown)
      assert.equal(shown.conflict, true)
      assert.ok([first.version, second.version].includes(shown.version))
      // either content is here, by its version
      for (const [node, version, text] of [[a, second.version, 'of b'], [b, first.version, 'of a']] as const) {
        assert.equal(Buffer.from(await collect(node.get('x', { version }))).toString(), text)
      }
      const third = await b.put('x', 'resolved', { durable: 2 })
      assert.equal(third.conflict, false)
      await knows(a, 'x', third.version)
      assert.equal((await a.stat('x')).conflict, false)
    })

    it('the put of what one of them has resolves it too', async () => {
      const { a, b, meet } = await apart()
      await a.put('x', 'same')
      await b.put('x', 'other')
      const conflict = next(a, 'file:conflict')
      await meet()
      await conflict
      const file = await a.put('x', 'same', { durable: 2 })
      assert.equal(file.conflict, false)
      await knows(b, 'x', file.version)
      assert.equal((await b.stat('x')).conflict, false)
    })

    it('many names, many times: both end with the same', async () => {
      const { a, b, meet } = await apart()
      for (let n = 0; n < 12; n++) {
        const node = n % 3 === 0 ? a : b
        await node.put(`name ${n % 4}`, `${n}`)
      }
      await meet()
      await Promise.all([[a, b.peer], [b, a.peer]].map(async ([node, peer]) => inside(node as DfsNode).parts.sync.ask(peer as string)))
      const [listA, listB] = await Promise.all([a, b].map(async (node) => infos(node)))
      assert.deepEqual(listA, listB)
      assert.equal(listA?.length, 4)
      const [idsA, idsB] = [a, b].map((node) => inside(node).folder.db.all('SELECT id FROM entries ORDER BY id'))
      assert.deepEqual(idsA, idsB)
    })
  })

  it('100 files put at once by each of two, and got by the other', async () => {
    const a = await cluster.node()
    const b = await cluster.member(a)
    const roles: Role[] = ['owner', 'write']
    const file = (of: string, n: number): Uint8Array => bytesOf(`${of} ${n}`, n % 10 === 0 ? 300_000 + n : 10 * n)
    await Promise.all([a, b].flatMap((node, who) => Array.from({ length: 100 }, (_, n) => node.put(`${roles[who]}/${n}`, file(`${who}`, n), { durable: 2 }))))
    await Promise.all([a, b].flatMap((node, who) => Array.from({ length: 100 }, async (_, n) => {
      same(await collect(node.get(`${roles[1 - who]}/${n}`)), file(`${1 - who}`, n))
    })))
    for (const node of [a, b]) {
      const listed = await names(node)
      assert.equal(listed.length, 200)
      assert.deepEqual(listed, listed.toSorted())
    }
    assert.equal((await a.status()).files, 200)
  })
})
