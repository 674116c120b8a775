import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { tcp } from '@libp2p/tcp'
import type { DfsNode, DfsNodeInit, RecoveryProgress } from '../../src/api/node.js'
import { address, bytesOf, Cluster, collect, connected, failsWith, inside, names, next, parted, same, secretsOf } from './cluster.js'

const SMALL = 'a small one'
const LARGE = bytesOf('large', 3 * 1024 ** 2)

describe('node: recovery', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  /** An owner with files, and a store member that has everything; then the owner is gone, and so is its folder. */
  async function lost (): Promise<{ code: string, gone: string, vault: string, s: DfsNode }> {
    const a = await cluster.node({ label: 'laptop' })
    const s = await cluster.member(a, { role: 'store', label: 'nas' })
    await a.put('notes/small', SMALL, { durable: 2 })
    await a.put('large', LARGE, { durable: 2 })
    const code = await a.recoveryCode()
    const away = parted(s, a.peer)
    await a.stop()
    await away
    return { code, gone: a.peer, vault: a.vault, s }
  }

  const recovered = (code: string, s: DfsNode, init: DfsNodeInit = {}): Promise<DfsNode> => cluster.node({ recoveryCode: code, bootstrap: s.addresses, label: 'new', ...init })

  it('brings everything back from one store member, with the owner gone', async () => {
    const { code, gone, vault, s } = await lost()
    const came = next(s, 'member:join')
    const r = await recovered(code, s)
    // complete at once: nothing is waited for here
    assert.deepEqual(await names(r), ['large', 'notes/small'])
    same(await collect(r.get('large')), LARGE)
    same(await collect(r.get('notes/small')), new TextEncoder().encode(SMALL))
    assert.equal(r.vault, vault)
    assert.equal(r.role, 'owner')
    assert.notEqual(r.peer, gone)
    assert.equal(await r.recoveryCode(), code)
    const { peer, role, label } = await came
    assert.deepEqual({ peer, role, label }, { peer: r.peer, role: 'owner', label: 'new' })
    assert.deepEqual((await r.members()).map((member) => [member.label, member.role]).sort(), [['laptop', 'owner'], ['nas', 'store'], ['new', 'owner']])
    const { notes, forks } = await r.status()
    assert.deepEqual(notes, [])
    assert.deepEqual(forks, [])
  })

  it('makes an owner that puts, invites, and revokes the machine that is gone', async () => {
    const { code, gone, s } = await lost()
    const r = await recovered(code, s)
    const out = next(s, 'member:revoke')
    await r.revoke(gone)
    assert.equal((await out).peer, gone)
    // what it had put stays
    assert.deepEqual(await names(r), ['large', 'notes/small'])
    await r.put('after', 'the loss', { durable: 2 })
    const w = await cluster.member(r, { role: 'write', label: 'desk' })
    await connected(w, s)
    same(await collect(w.get('after')), new TextEncoder().encode('the loss'))
    assert.deepEqual((await s.members()).map(({ label }) => label).sort(), ['desk', 'nas', 'new'])
  })

  it('takes an address without a PeerId, and tries the next one where nobody answers', async () => {
    const { code, s } = await lost()
    const seen: RecoveryProgress[] = []
    const bare = s.addresses.map((text) => text.replace(/\/p2p\/.*/, ''))
    const dead = address()
    const r = await recovered(code, s, { bootstrap: [dead, ...bare], onProgress: (event) => { seen.push(event) } })
    assert.deepEqual(await names(r), ['large', 'notes/small'])
    assert.deepEqual(seen.slice(0, 2).map((event) => [event.type, 'address' in event && event.address]), [['vault:recover:ask', dead], ['vault:recover:failed', dead]])
    assert.ok(seen.some((event) => event.type === 'vault:recover:member' && event.peer === s.peer && event.label === 'nas'))
    const last = seen.at(-1)
    // the two files; the admits of the others came with the greeting
    assert.deepEqual(last, { type: 'vault:recover:entries', entries: 2 })
  })

  it('keeps what it recovered: opened again it needs nobody, and no code', async () => {
    const { code, s } = await lost()
    const dir = await cluster.dir()
    const r = await recovered(code, s, { dir })
    const { peer } = r
    await r.stop()
    await s.stop()
    for (const init of [{}, { recoveryCode: code, bootstrap: s.addresses }]) {
      const again = await cluster.node({ dir, createIfMissing: false, ...init })
      assert.equal(again.peer, peer)
      assert.deepEqual(await names(again), ['large', 'notes/small'])
      assert.deepEqual((await again.status()).notes, [])
      await again.stop()
    }
    const other = await cluster.node()
    await failsWith(cluster.node({ dir, recoveryCode: await other.recoveryCode(), bootstrap: s.addresses }), 'WRONG_VAULT')
  })

  it('leaves nothing behind where no member answers, or there is nobody to ask', async () => {
    const { code, s } = await lost()
    const dir = join(await cluster.dir(), 'new')
    const error = await failsWith(cluster.node({ dir, recoveryCode: code, bootstrap: [address(), address()] }), 'NO_MEMBER_REACHABLE')
    assert.match(error.message, /none of the 2 addresses answered/)
    assert.equal(error.message.split('\n').length, 4)
    await failsWith(cluster.node({ dir, recoveryCode: code }), 'NO_MEMBER_REACHABLE')
    assert.deepEqual(await readdir(join(dir, '..')), [])
    assert.equal((await s.members()).length, 2)
    // and the same folder serves the next attempt
    assert.deepEqual(await names(await recovered(code, s, { dir })), ['large', 'notes/small'])
  })

  it('says that a code is mistyped, none, or of another vault, and leaves nothing behind', async () => {
    const { code, s } = await lost()
    const other = await (await cluster.node()).recoveryCode()
    const dir = join(await cluster.dir(), 'new')
    const at = code.length - 9
    const mistyped = code.slice(0, at) + (code[at] === 'q' ? 'r' : 'q') + code.slice(at + 1)
    for (const [text, what, says] of [
      [mistyped, 'INVALID_RECOVERY_CODE', /mistyped/], [code.slice(0, -2), 'INVALID_RECOVERY_CODE', /incomplete/], [`${code}1`, 'INVALID_RECOVERY_CODE', /character/],
      [`dfs-invite1${code}`, 'INVALID_RECOVERY_CODE', /no recovery code/], [other, 'WRONG_VAULT', /another vault/]
    ] as const) {
      const error = await failsWith(recovered(text, s, { dir }), what)
      assert.match(error.message, says)
      assert.equal(JSON.stringify([error.message, error.stack, String(error.cause)]).includes(text.slice(20)), false)
    }
    assert.deepEqual(await readdir(join(dir, '..')), [])
    assert.equal((await s.members()).length, 2)
    // in capitals, with spaces and a line break it is the same code
    assert.deepEqual(await names(await recovered(`${code.slice(0, 20)} \n${code.slice(20).toUpperCase()}`, s, { dir })), ['large', 'notes/small'])
  })

  it('refuses a folder that is in the vault with a lower role, and two ways in at once', async () => {
    const a = await cluster.node()
    const dir = await cluster.dir()
    const r = await cluster.member(a, { role: 'read', dir })
    await r.stop()
    await failsWith(recovered(await a.recoveryCode(), a, { dir }), 'VAULT_EXISTS')
    await failsWith(cluster.node({ recoveryCode: await a.recoveryCode(), invite: await a.invite({ role: 'read' }), bootstrap: a.addresses }), 'INVALID_OPTION')
  })

  it('ends with its signal and with stop, and leaves nothing behind', async () => {
    const { code, s } = await lost()
    const dir = join(await cluster.dir(), 'new')
    const ending = new AbortController()
    await failsWith(recovered(code, s, {
      dir,
      signal: ending.signal,
      onProgress: (event) => { if (event.type === 'vault:recover:ask') ending.abort() }
    }), 'ABORTED')
    assert.deepEqual(await readdir(join(dir, '..')), [])

    let stopped: Promise<void> | undefined
    const later = await recovered(code, s, {
      dir,
      start: false,
      onProgress: (event) => { if (event.type === 'vault:recover:ask') stopped = later.stop() }
    })
    await failsWith(later.start(), 'NODE_STOPPED')
    await stopped
    assert.deepEqual(await readdir(join(dir, '..')), [])
  })

  it('a member that goes away in the middle leaves an open vault, which says that it is not complete', async () => {
    const { code, s } = await lost()
    const dir = await cluster.dir()
    let stopped: Promise<void> | undefined
    const error = await failsWith(recovered(code, s, {
      dir,
      onProgress: (event) => { if (event.type === 'vault:recover:member') stopped = inside(s).host.stop() as Promise<void> }
    }), 'NO_MEMBER_REACHABLE')
    assert.match(error.message, /not complete yet/)
    await stopped
    const again = await cluster.node({ dir, createIfMissing: false })
    assert.equal(again.role, 'owner')
    assert.equal(secretsOf(again).recoveryChecked, true)
  })

  it('that looks for members ends at once with stop', async () => {
    const { code } = await lost()
    const dir = join(await cluster.dir(), 'new')
    const alone = await cluster.node({ listen: ['/ip4/127.0.0.1/tcp/0'], libp2p: { transports: [tcp()] }, discovery: { dht: true } })
    let refused = (): void => {}
    const looking = new Promise<void>((resolve) => { refused = resolve })
    // longer than this test may take
    const later = await cluster.node({
      dir, recoveryCode: code, bootstrap: alone.addresses, start: false, listen: ['/ip4/127.0.0.1/tcp/0'], libp2p: { transports: [tcp()] }, discovery: { dht: true },
      onProgress: (event) => { if (event.type === 'vault:recover:failed') refused() }
    }, { seekMs: 600_000 })
    const starting = failsWith(later.start(), 'NODE_STOPPED')
    await looking
    await later.stop()
    await starting
    assert.deepEqual(await readdir(join(dir, '..')), [])
  })
})
