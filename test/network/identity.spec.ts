import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { IDENTITY_FILE, loadIdentity, loadOrCreateIdentity, newIdentity } from '../../src/network/identity.js'

describe('identity', () => {
  let dir: string
  let path: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dfs-identity-'))
    path = join(dir, IDENTITY_FILE)
  })
  afterEach(async () => { await rm(dir, { recursive: true, force: true }) })

  it('is made once, for nobody else to read, and stays', async () => {
    assert.equal(await loadIdentity(dir), undefined)
    const first = await loadOrCreateIdentity(dir)
    const again = await loadOrCreateIdentity(dir)
    assert.equal(peerIdFromPrivateKey(again).toString(), peerIdFromPrivateKey(first).toString())
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    assert.deepEqual(await readdir(dir), [IDENTITY_FILE])
    assert.deepEqual(new Uint8Array(await readFile(path)), privateKeyToProtobuf(first))
  })

  it('is another one each time in memory', async () => {
    assert.notDeepEqual((await newIdentity()).raw, (await newIdentity()).raw)
  })

  for (const mode of [0o640, 0o604, 0o620, 0o660, 0o777]) {
    it(`is refused with mode ${mode.toString(8)}`, async () => {
      await loadOrCreateIdentity(dir)
      await chmod(path, mode)
      await assert.rejects(loadOrCreateIdentity(dir), { name: 'KeyringError', code: 'KEYRING' })
      await chmod(path, 0o600)
      assert.notEqual(await loadIdentity(dir), undefined)
    })
  }

  it('is refused when it is no Ed25519 key, and is left as it is', async () => {
    const secp256k1 = privateKeyToProtobuf(await generateKeyPair('secp256k1'))
    const good = privateKeyToProtobuf(await newIdentity())
    for (const bytes of [new Uint8Array(), new Uint8Array(68), good.subarray(0, 40), new Uint8Array(2000), secp256k1]) {
      await writeFile(path, bytes, { mode: 0o600 })
      await assert.rejects(loadOrCreateIdentity(dir), { name: 'KeyringError' })
      assert.deepEqual(new Uint8Array(await readFile(path)), bytes)
    }
  })

  it('passes on what the disk says', async () => {
    await assert.rejects(loadOrCreateIdentity(join(dir, 'missing')), { code: 'ENOENT' })
    await rm(path, { force: true })
    await assert.rejects(loadIdentity(await file(dir)), { code: 'ENOTDIR' })
    assert.deepEqual(await readdir(dir), ['file'])
  })
})

async function file (dir: string): Promise<string> {
  const path = join(dir, 'file')
  await writeFile(path, '')
  return path
}
