import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MemoryBlockstore } from 'blockstore-core'
import type { DfsNode } from '../../src/api/node.js'
import type { DirectoryLockedError } from '../../src/errors.js'
import { address, bytesOf, Cluster, collect, connected, failsWith, held, infos, inside, knows, next, same } from './cluster.js'

const MIB = 1024 ** 2

describe('node: folder and life', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  describe('a folder', () => {
    it('without a vault is NoVaultError where none is to be made, and stays as it is', async () => {
      const dir = await cluster.dir()
      for (const path of [dir, join(dir, 'not there')]) await failsWith(cluster.node({ dir: path, createIfMissing: false }), 'NO_VAULT')
      assert.deepEqual(await readdir(dir), [])
    })

    it('is made once, its secrets for its owner alone', async () => {
      const dir = join(await cluster.dir(), 'deep', 'er')
      const a = await cluster.node({ dir })
      const { vault, peer } = a
      for (const name of ['keyring', 'identity.key']) assert.equal((await stat(join(dir, name))).mode & 0o777, 0o600)
      assert.equal((await stat(dir)).mode & 0o777, 0o700)
      await a.stop()
      const again = await cluster.node({ dir, createIfMissing: false })
      assert.deepEqual([again.vault, again.peer, again.role], [vault, peer, 'owner'])
    })

    it('of a newer format is refused and not touched', async () => {
      const dir = await cluster.dir()
      await (await cluster.node({ dir })).stop()
      await writeFile(join(dir, 'format'), 'dfs 2\n')
      const before = await readdir(dir)
      await failsWith(cluster.node({ dir }), 'NEWER_FORMAT')
      assert.deepEqual(await readdir(dir), before)
    })

    it('whose making was cut off holds a whole new vault after the next attempt', async () => {
      const dir = await cluster.dir()
      const cutOff = await cluster.node({ dir })
      await cutOff.stop()
      await rm(join(dir, 'format'))
      const a = await cluster.node({ dir })
      assert.notEqual(a.vault, cutOff.vault)
      assert.deepEqual((await a.members()).map(({ peer }) => peer), [a.peer])
      const b = await cluster.member(a)
      assert.equal((await b.members()).length, 2)
      await a.put('x', 'text', { durable: 2 })
    })

    it('that is in use is refused, with the process that has it, and free again after stop', async () => {
      const dir = await cluster.dir()
      const a = await cluster.node({ dir })
      const error = await failsWith<DirectoryLockedError>(cluster.node({ dir }), 'DIRECTORY_LOCKED')
      assert.deepEqual([error.pid, error.retry], [process.pid, true])
      await a.put('x', 'still works')
      await a.stop()
      const b = await cluster.node({ dir })
      assert.equal((await b.stat('x')).size, 11)
    })

    it('can be waited for', async () => {
      const dir = await cluster.dir()
      const a = await cluster.node({ dir })
      const second = cluster.node({ dir, lockWait: 60_000 })
      await a.stop()
      assert.equal((await second).vault, a.vault)
    })

    it('whose waiting is aborted stays with the one who has it', async () => {
      const dir = await cluster.dir()
      await cluster.node({ dir })
      const stop = new AbortController()
      const second = cluster.node({ dir, lockWait: 60_000, signal: stop.signal })
      stop.abort()
      await failsWith(second, 'ABORTED')
    })

    it('that is a file, lies below one, or holds a link to elsewhere is not used', async () => {
      const dir = await cluster.dir()
      await writeFile(join(dir, 'file'), 'x')
      for (const path of [join(dir, 'file'), join(dir, 'file', 'below')]) await failsWith(cluster.node({ dir: path }), 'DIRECTORY_NOT_WRITABLE')
      await mkdir(join(dir, 'linked'))
      await symlink(join(dir, 'elsewhere'), join(dir, 'linked', 'blocks'))
      await failsWith(cluster.node({ dir: join(dir, 'linked') }), 'DIRECTORY_NOT_WRITABLE')
    })

    it('with a keyring that others can read, or that is damaged or gone, is not opened', async () => {
      const dir = await cluster.dir()
      await (await cluster.node({ dir })).stop()
      const path = join(dir, 'keyring')
      const bytes = await readFile(path)
      await chmod(path, 0o640)
      await failsWith(cluster.node({ dir }), 'KEYRING')
      await chmod(path, 0o600)
      await writeFile(path, bytes.subarray(0, -1))
      await failsWith(cluster.node({ dir }), 'KEYRING')
      await writeFile(path, bytes)
      await (await cluster.node({ dir })).stop()
    })

    it('is left as it was when the port is taken, and nothing is left of a new one', async () => {
      const listen = ['/ip4/127.0.0.1/tcp/0']
      const a = await cluster.node({ listen, libp2p: {} })
      const taken = [a.addresses[0]?.replace(/\/p2p\/.*/, '') ?? '']
      const dir = await cluster.dir()
      const known = await cluster.node({ dir: join(dir, 'known'), listen, libp2p: {} })
      await known.put('x', 'text')
      await known.stop()
      await failsWith(cluster.node({ dir: join(dir, 'known'), listen: taken, libp2p: {} }), 'PORT_IN_USE')
      const again = await cluster.node({ dir: join(dir, 'known'), listen, libp2p: {} })
      assert.deepEqual([again.vault, (await again.stat('x')).size], [known.vault, 4])
      const invite = await again.invite({ role: 'write' })
      await failsWith(cluster.node({ dir: join(dir, 'new'), listen: taken, libp2p: {}, invite }), 'PORT_IN_USE')
      assert.deepEqual(await readdir(dir), ['known'])
    })
  })

  it('a restart keeps everything and finds the others again', async () => {
    const dirs = [await cluster.dir(), await cluster.dir()]
    const listens = [address(), address()]
    const open = async (which: 0 | 1, invite?: string): Promise<DfsNode> => cluster.node({ dir: dirs[which] ?? '', listen: [listens[which] ?? ''], ...(invite === undefined ? {} : { invite }) })
    let a = await open(0)
    let b = await open(1, await a.invite({ role: 'write', label: 'b' }))
    const content = bytesOf('x', 2 * MIB)
    const first = await a.put('x', content, { durable: 2, type: 'a/b', mtime: new Date(5) })
    const second = await b.put('y', 'of b', { durable: 2 })
    await knows(a, 'y', second.version)
    const before = { files: await infos(a), members: (await a.members()).map(({ peer, role, label, since }) => ({ peer, role, label, since })), entries: (await a.status()).entries, held: held(a) }
    await a.stop()
    await b.stop()

    a = await open(0)
    b = await open(1)
    await connected(a, b)
    for (const node of [a, b]) {
      assert.deepEqual(await infos(node), before.files)
      assert.deepEqual((await node.members()).map(({ peer, role, label, since }) => ({ peer, role, label, since })), before.members)
      assert.equal((await node.status()).entries, before.entries)
      same(await collect(node.get('x')), content)
    }
    assert.deepEqual(held(a), before.held)
    assert.deepEqual((await b.stat('x')).version, first.version)
    // numbers of entries go on where they ended
    const third = await a.put('x', 'newer', { durable: 2 })
    assert.equal(third.conflict, false)
    await knows(b, 'x', third.version)
    assert.equal((await b.status()).entries, before.entries + 1)
  })

  it('what was put while the others were away is with them after they met', async () => {
    const dir = await cluster.dir()
    const listen = [address()]
    const a = await cluster.node()
    let b = await cluster.member(a, { dir, listen })
    await b.stop()
    const file = await a.put('x', 'while away', { durable: 1 })
    b = await cluster.node({ dir, listen })
    await connected(a, b)
    await knows(b, 'x', file.version)
    assert.equal(Buffer.from(await collect(b.get('x'))).toString(), 'while away')
  })

  describe('blocks elsewhere', () => {
    it('in an interface-blockstore from outside', async () => {
      const blockstore = new MemoryBlockstore()
      const a = await cluster.node({ blockstore })
      const b = await cluster.member(a)
      const content = bytesOf('x', 3 * MIB)
      await a.put('x', content, { durable: 2 })
      const cids: string[] = []
      for await (const { cid } of blockstore.getAll()) cids.push(cid.toString())
      assert.equal(cids.length, 3)
      same(await collect(a.get('x')), content)
      same(await collect(b.get('x')), content)
      await a.evict('x')
      for await (const { cid } of blockstore.getAll()) assert.fail(cid.toString())
    })

    it('one that went bad there is read from another node, also where it cannot be put back', async () => {
      const blockstore = new MemoryBlockstore()
      const a = await cluster.node({ blockstore })
      await cluster.member(a)
      const content = bytesOf('x', 3 * MIB)
      await a.put('x', content, { durable: 2 })
      // by the reader alone
      await inside(a).parts.repairer.stop()
      const { store } = inside(a).folder
      for (const failing of ['begin', 'put', 'abandon'] as const) {
        for await (const { cid } of blockstore.getAll()) {
          await blockstore.put(cid, bytesOf('bad', 1000))
          break
        }
        const works = store[failing]
        let failed = 0
        const fail = async (): Promise<never> => {
          failed++
          throw new Error('no')
        }
        Object.assign(store, { [failing]: fail })
        same(await collect(a.get('x')), content)
        assert.equal(failed, 1)
        Object.assign(store, { [failing]: works })
        same(await collect(a.get('x')), content)
      }
    })

    it('under another path', async () => {
      const dir = await cluster.dir()
      const pathTransform = (cid: { toString: () => string }): string => `${cid.toString().slice(-3)}/of/${cid.toString()}`
      const a = await cluster.node({ dir, pathTransform })
      const content = bytesOf('x', 2 * MIB)
      await a.put('x', content)
      const found = (await readdir(join(dir, 'blocks'), { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
      assert.equal(found.length, 2)
      for (const { name, parentPath } of found) assert.equal(parentPath, join(dir, 'blocks', name.slice(-3), 'of'))
      await a.stop()
      const again = await cluster.node({ dir, pathTransform })
      same(await collect(again.get('x')), content)
    })

    it('a path that leads out of the folder is refused', async () => {
      const dir = await cluster.dir()
      const a = await cluster.node({ dir: join(dir, 'a'), pathTransform: (cid) => `../../${cid.toString()}` })
      await assert.rejects(a.put('x', bytesOf('x', 2 * MIB)))
      assert.deepEqual(await readdir(dir), ['a'])
      await failsWith(a.stat('x'), 'FILE_NOT_FOUND')
    })
  })

  describe('start and stop', () => {
    it('a node that was not started puts and gets here, listens to nobody, and starts later', async () => {
      const a = await cluster.node({ start: false })
      assert.deepEqual(a.addresses, [])
      assert.equal((await a.status()).running, false)
      await a.put('x', 'text', { durable: 1 })
      assert.equal(Buffer.from(await collect(a.get('x'))).toString(), 'text')
      await a.start()
      await a.start()
      assert.equal((await a.status()).running, true)
      assert.equal(a.addresses.length, 1)
      const b = await cluster.member(a)
      assert.equal(Buffer.from(await collect(b.get('x'))).toString(), 'text')
    })

    it('an invite of a node that only dials names where it will listen', async () => {
      const listen = [address()]
      const dir = await cluster.dir()
      const once = await cluster.node({ dir, listen, dialOnly: true })
      assert.deepEqual(once.addresses, [])
      const invite = await once.invite({ role: 'write' })
      await once.stop()
      const a = await cluster.node({ dir, listen })
      const b = await cluster.node({ invite })
      await connected(a, b)
    })

    it('stop can be called as often as one likes, at once and on what was never started', async () => {
      const a = await cluster.node()
      await Promise.all([a.stop(), a.stop()])
      await a.stop()
      const b = await cluster.node({ start: false })
      await b.stop()
      await failsWith(b.start(), 'NODE_STOPPED')
      const dir = await cluster.dir()
      {
        await using c = await cluster.node({ dir })
        await c.put('x', 'text')
      }
      await (await cluster.node({ dir, createIfMissing: false })).stop()
    })

    it('calls after stop are NodeStoppedError', async () => {
      const a = await cluster.node()
      await a.put('x', 'text')
      await a.stop()
      const calls = [
        () => a.start(), () => a.put('x', 'y'), () => collect(a.get('x')), () => a.stat('x'), () => infos(a), () => a.evict('x'),
        () => a.invite({ role: 'read' }), () => a.members(), () => a.peers(), () => a.status(), () => a.recoveryCode(), () => a.checkRecoveryCode('x')
      ]
      for (const call of calls) await failsWith(call(), 'NODE_STOPPED')
      assert.equal(typeof a.peer, 'string')
      assert.equal(typeof a.vault, 'string')
    })

    it('stop ends a put under way, of which nothing is left', async () => {
      const dir = await cluster.dir()
      const a = await cluster.node({ dir })
      await a.put('kept', 'text')
      const before = held(a)
      const reading = Promise.withResolvers<void>()
      const put = a.put('x', (async function * () {
        yield bytesOf('x', 3 * MIB)
        reading.resolve()
        await new Promise(() => {})
      })())
      const failed = failsWith(put, 'NODE_STOPPED')
      await reading.promise
      await a.stop()
      await failed
      const again = await cluster.node({ dir })
      assert.deepEqual(held(again), before)
      await failsWith(again.stat('x'), 'FILE_NOT_FOUND')
    })

    it('stop ends a get, a wait for others, and a list', async () => {
      const a = await cluster.node({}, { progressMs: 60_000 })
      await cluster.member(a, { start: false })
      await a.put('x', bytesOf('x', 12 * MIB), { durable: 1 })
      await a.put('y', 'text', { durable: 1 })
      const get = a.get('x')[Symbol.asyncIterator]()
      const list = a.list()[Symbol.asyncIterator]()
      await get.next()
      await list.next()
      const committed = next(a, 'file:put')
      const waiting = failsWith(a.put('z', 'text', { durable: 2 }), 'NOT_DURABLE')
      await committed
      await a.stop()
      await waiting
      await failsWith((async () => { while ((await get.next()).done !== true); })(), 'NODE_STOPPED')
      await failsWith(list.next(), 'NODE_STOPPED')
    })

    it('stop waits for copies that are on their way', async () => {
      const a = await cluster.node()
      const b = await cluster.member(a)
      const c = await cluster.member(a)
      const content = bytesOf('x', 5 * MIB)
      const file = await a.put('x', content, { durable: 1 })
      await a.stop()
      assert.equal(file.copies.length, 1)
      for (const node of [b, c]) {
        await knows(node, 'x', file.version)
        same(await collect(node.get('x')), content)
      }
    })

    it('both of two that stop at once end', async () => {
      const a = await cluster.node()
      const b = await cluster.member(a)
      await a.put('x', bytesOf('x', 2 * MIB))
      await Promise.all([a.stop(), b.stop()])
      assert.equal(inside(a).host.status, 'stopped')
      assert.equal(inside(b).host.status, 'stopped')
    })
  })
})
