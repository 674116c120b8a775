import assert from 'node:assert/strict'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from '../../../protocols/block/cbor.js'
import { KEYRING_FILE, readKeyring, writeKeyring } from '../../../src/vault/keys/keyring-file.js'
import { Keyring, type Secrets } from '../../../src/vault/keys/keyring.js'
import { failsWith } from '../../node/cluster.js'
import { seed } from '../vaults.js'

const STORE: Secrets = { vault: seed('id'), role: 'store', meet: seed('meet'), reads: [], box: seed('box'), recoveryChecked: true }
const OWNER: Secrets = { ...STORE, role: 'owner', reads: [seed('r0'), seed('r1')], secret: seed('v'), writer: seed('w'), recoveryChecked: false }

/** Of a keyring without a passphrase. */
const saveKeyring = writeKeyring
const loadKeyring = async (dir: string): Promise<Secrets> => (await readKeyring(dir)).open()
const FIXTURES = join(import.meta.dirname, '..', '..', '..', '..', 'test', 'fixtures', 'keyring')

describe('keyring', () => {
  let dir: string
  let path: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dfs-keyring-'))
    path = join(dir, KEYRING_FILE)
  })
  afterEach(() => rm(dir, { recursive: true }))

  for (const secrets of [STORE, OWNER, { ...STORE, role: 'read', reads: [seed('r0')] } satisfies Secrets]) {
    it(`gives back what a member with role ${secrets.role} holds`, async () => {
      await saveKeyring(dir, secrets)
      assert.deepEqual(await loadKeyring(dir), secrets)
      assert.equal((await stat(path)).mode & 0o777, 0o600)
      assert.deepEqual(await readdir(dir), [KEYRING_FILE])
    })
  }

  it('shows no secret in the file, and is other bytes at every write', async () => {
    await saveKeyring(dir, OWNER)
    const first = await readFile(path)
    for (const secret of [OWNER.secret, OWNER.writer, OWNER.meet, ...OWNER.reads]) assert.equal(first.includes(Buffer.from(secret ?? []), 0) && secret !== undefined, false)
    await saveKeyring(dir, OWNER)
    assert.notDeepEqual(await readFile(path), first)
    assert.deepEqual(await loadKeyring(dir), OWNER)
  })

  it('takes the place of the one before, and of a write that was cut off', async () => {
    await saveKeyring(dir, STORE)
    await writeFile(`${path}.new`, 'half', { mode: 0o644 })
    await saveKeyring(dir, OWNER)
    assert.deepEqual(await loadKeyring(dir), OWNER)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
  })

  it('is refused when others can read, write or run it', async () => {
    await saveKeyring(dir, OWNER)
    for (const mode of [0o640, 0o604, 0o620, 0o602, 0o601, 0o644]) {
      await chmod(path, mode)
      await failsWith(loadKeyring(dir), 'KEYRING')
    }
    await chmod(path, 0o400)
    assert.deepEqual(await loadKeyring(dir), OWNER)
  })

  it('is refused when it is not there, empty, or cut anywhere', async () => {
    await failsWith(loadKeyring(dir), 'KEYRING')
    await saveKeyring(dir, OWNER)
    const whole = await readFile(path)
    for (let length = 0; length < whole.length; length += 7) {
      await writeFile(path, whole.subarray(0, length))
      await failsWith(loadKeyring(dir), 'KEYRING')
    }
    await writeFile(path, Buffer.concat([whole, Buffer.from([0])]))
    await failsWith(loadKeyring(dir), 'KEYRING')
    await writeFile(path, Buffer.alloc(300 * 1024))
    await failsWith(loadKeyring(dir), 'KEYRING')
  })

  it('is refused with any one bit turned', async () => {
    await saveKeyring(dir, OWNER)
    const whole = await readFile(path)
    for (let at = 0; at < whole.length; at += 3) {
      const wrong = Buffer.from(whole)
      wrong[at] = (wrong[at] ?? 0) ^ (1 << at % 8)
      await writeFile(path, wrong)
      await failsWith(loadKeyring(dir), 'KEYRING')
    }
  })

  it('that is wrapped in a way not known here is refused', async () => {
    const header = encode({ v: 1, wrap: 'scrypt', salt: seed('salt') })
    await writeFile(path, Buffer.concat([Buffer.from([header.length >> 8, header.length & 0xff]), header, Buffer.alloc(100)]), { mode: 0o600 })
    await failsWith(loadKeyring(dir), 'KEYRING')
  })

  it('of a later version is refused', async () => {
    const header = encode({ v: 2, wrap: 'none', salt: seed('salt'), key: seed('key') })
    const { mac, label } = await import('../../../protocols/block/hash.js')
    const { seal } = await import('../../../protocols/seal.js')
    const { recoveryChecked: _, ...rest } = STORE
    for (const [head, body] of [[header, encode({ v: 1, ...rest, checked: 0 })], [encode({ v: 1, wrap: 'none', salt: seed('salt'), key: seed('key') }), encode({ v: 2, ...rest, checked: 0 })]] as const) {
      const sealed = seal(mac(seed('key'), label('keyring'), seed('salt')), head, body)
      await writeFile(path, Buffer.concat([Buffer.from([head.length >> 8, head.length & 0xff]), head, sealed]), { mode: 0o600 })
      await failsWith(loadKeyring(dir), 'KEYRING')
    }
  })

  for (const [name, secrets] of [['none-owner', OWNER], ['none-store', STORE], ['argon2id-owner', OWNER]] as const) {
    it(`opens what an earlier dfs wrote: ${name}`, async () => {
      await writeFile(path, Buffer.from((await readFile(join(FIXTURES, `${name}.hex`), 'utf8')).replace(/\s/g, ''), 'hex'), { mode: 0o600 })
      const keyring = await Keyring.open(dir, name.startsWith('none') ? undefined : 'Schlüssel für später')
      assert.deepEqual(keyring.secrets, secrets)
    })
  }
})
