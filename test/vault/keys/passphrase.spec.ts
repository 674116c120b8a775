import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from '../../../protocols/block/cbor.js'
import { label, mac, sha256 } from '../../../protocols/block/hash.js'
import { open as unseal } from '../../../protocols/seal.js'
import { KEYRING_FILE } from '../../../src/vault/keys/keyring-file.js'
import { Keyring, type Secrets } from '../../../src/vault/keys/keyring.js'
import { COST_LIMITS, MAX_PASSPHRASE_BYTES, stretched, type Cost } from '../../../src/vault/keys/passphrase.js'
import { failsWith } from '../../node/cluster.js'
import { seed } from '../vaults.js'

const OWNER: Secrets = {
  vault: seed('id'), role: 'owner', meet: seed('meet'), reads: [seed('r0'), seed('r1')], box: seed('box'), secret: seed('v'), writer: seed('w'), recoveryChecked: false
}
/** The least that is accepted: the tests open keyrings often. */
const cost: Cost = { memory: 64 * 1024, passes: 3, lanes: 1 }
const PASSPHRASE = 'correct horse, not that one'

describe('keyring with a passphrase', () => {
  let dir: string
  let path: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dfs-passphrase-'))
    path = join(dir, KEYRING_FILE)
  })
  afterEach(() => rm(dir, { recursive: true }))

  const made = async (passphrase: string | undefined = PASSPHRASE): Promise<Keyring> => {
    const keyring = await Keyring.create(dir, passphrase, { cost })
    await keyring.save(OWNER)
    return keyring
  }
  /** Wrong but for its checksum. */
  const altered = async (at: number): Promise<void> => {
    const bytes = (await readFile(path)).subarray(0, -32)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await writeFile(path, Buffer.concat([bytes, sha256(label('keyring-sum'), bytes)]))
  }

  it('gives back what was saved, to who has the passphrase alone', async () => {
    const keyring = await made()
    assert.equal(keyring.isProtected, true)
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    assert.deepEqual(await readdir(dir), [KEYRING_FILE])
    const again = await Keyring.open(dir, async () => PASSPHRASE, { cost })
    assert.deepEqual(again.secrets, OWNER)
    assert.equal(again.isProtected, true)
    await failsWith(Keyring.open(dir), 'PASSPHRASE_REQUIRED')
    await failsWith(Keyring.open(dir, `${PASSPHRASE} `, { cost }), 'WRONG_PASSPHRASE')
  })

  it('is what the format says, as one computes it who has only the text of it', async () => {
    await made()
    const bytes = new Uint8Array(await readFile(path))
    const length = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)
    const header = bytes.subarray(2, 2 + length)
    // keys sort by length first: v, salt, wrap, stretch { salt, lanes, memory, passes }
    const salt = header.slice(header.indexOf(0x20, 8) + 1).subarray(0, 32)
    const inner = Buffer.from(header).lastIndexOf('salt') + 6
    const stretch = { salt: header.slice(inner, inner + 32), ...cost }
    assert.deepEqual(header, encode({ v: 1, wrap: 'argon2id', salt, stretch }))
    const key = argon2Sync('argon2id', { message: PASSPHRASE, nonce: stretch.salt, memory: 65536, passes: 3, parallelism: 1, tagLength: 32 })
    const opened = unseal(mac(key, label('keyring'), salt), header, bytes.subarray(2 + length, -32))
    assert.deepEqual(opened, encode({ v: 1, vault: OWNER.vault, role: 'owner', meet: OWNER.meet, reads: OWNER.reads, box: OWNER.box, checked: 0, secret: OWNER.secret, writer: OWNER.writer }))
    assert.deepEqual(bytes.subarray(-32), sha256(label('keyring-sum'), bytes.subarray(0, -32)))
  })

  it('shows no secret in the file, and what is written again is sealed with another key under the same passphrase', async () => {
    const keyring = await made()
    const first = await readFile(path)
    const { secret, writer, meet, reads, box } = OWNER
    for (const one of [secret, writer, meet, box, ...reads]) assert.ok(one !== undefined && !first.includes(Buffer.from(one)))
    assert.equal(first.includes(PASSPHRASE), false)
    await keyring.save({ ...OWNER, recoveryChecked: true })
    const second = await readFile(path)
    // neither the commitment to the key nor anything behind it is the same
    const length = 2 + first.readUInt16BE(0)
    assert.equal(second.readUInt16BE(0) + 2, length)
    assert.notDeepEqual(second.subarray(length, length + 32), first.subarray(length, length + 32))
    assert.deepEqual((await Keyring.open(dir, PASSPHRASE, { cost })).secrets, { ...OWNER, recoveryChecked: true })
  })

  it('takes one accent written in two ways as the same, and nothing else', async () => {
    await made('my cafe\u0301 №1')
    assert.deepEqual((await Keyring.open(dir, 'my caf\u00e9 №1', { cost })).secrets, OWNER)
    // what looks alike in a compatible form is another passphrase
    await failsWith(Keyring.open(dir, 'my caf\u00e9 No1', { cost }), 'WRONG_PASSPHRASE')
  })

  it('refuses a passphrase that is none', async () => {
    for (const text of ['', 'x'.repeat(MAX_PASSPHRASE_BYTES + 1), 'half \ud83d']) {
      const error = await failsWith(Keyring.create(dir, text, { cost }), 'INVALID_OPTION')
      assert.equal(error.message.includes('half'), false)
    }
    assert.deepEqual(await readdir(dir), [])
  })

  it('refuses a text where the keys have no passphrase, and asks nobody', async () => {
    await (await Keyring.create(dir)).save(OWNER)
    await failsWith(Keyring.open(dir, PASSPHRASE, { cost }), 'INVALID_OPTION')
    const keyring = await Keyring.open(dir, async () => assert.fail('asked'), { cost })
    assert.equal(keyring.isProtected, false)
  })

  it('changes the passphrase: the old one opens nothing any more', async () => {
    const keyring = await made()
    const before = await readFile(path)
    await failsWith(keyring.change({ to: 'another one' }), 'PASSPHRASE_REQUIRED')
    await failsWith(keyring.change({ from: 'wrong', to: 'another one' }), 'WRONG_PASSPHRASE')
    await failsWith(keyring.change({ from: PASSPHRASE, to: 'x' }), 'INVALID_OPTION')
    assert.deepEqual(await readFile(path), before)
    await keyring.change({ from: PASSPHRASE, to: 'another one' })
    await failsWith(Keyring.open(dir, PASSPHRASE, { cost }), 'WRONG_PASSPHRASE')
    // what is saved later stays under the new one
    await keyring.save({ ...OWNER, recoveryChecked: true })
    assert.deepEqual((await Keyring.open(dir, 'another one', { cost })).secrets, { ...OWNER, recoveryChecked: true })
  })

  it('sets one where there was none, and removes it', async () => {
    const keyring = await Keyring.create(dir, undefined, { cost })
    await keyring.save(OWNER)
    await failsWith(keyring.change({ from: 'any', to: PASSPHRASE }), 'INVALID_OPTION')
    await Keyring.open(dir)
    await keyring.change({ to: PASSPHRASE })
    await failsWith(Keyring.open(dir), 'PASSPHRASE_REQUIRED')
    await keyring.change({ from: PASSPHRASE })
    assert.deepEqual((await Keyring.open(dir)).secrets, OWNER)
  })

  it('writes one after the other: what was saved while the passphrase changed is under the new one', async () => {
    const keyring = await made()
    await Promise.all([keyring.change({ from: PASSPHRASE, to: 'another one' }), keyring.save({ ...OWNER, recoveryChecked: true })])
    assert.deepEqual((await Keyring.open(dir, 'another one', { cost })).secrets, { ...OWNER, recoveryChecked: true })
  })

  it('tells a damaged file from a wrong passphrase, without asking for one', async () => {
    await made()
    const whole = await readFile(path)
    const asked = async (): Promise<string> => assert.fail('asked')
    for (let at = 0; at < whole.length; at += 5) {
      const wrong = Buffer.from(whole)
      wrong[at] = (wrong[at] ?? 0) ^ (1 << at % 8)
      await writeFile(path, wrong)
      await failsWith(Keyring.open(dir, asked), 'KEYRING')
    }
    for (const length of [0, 1, 2, 50, whole.length - 33, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, length))
      await failsWith(Keyring.open(dir, asked), 'KEYRING')
    }
  })

  it('altered by somebody who made its checksum good is damaged too, and opens to nothing', async () => {
    await made()
    const whole = await readFile(path)
    const sealedAt = 2 + whole.readUInt16BE(0)
    await altered(sealedAt + 32 + 5)
    await failsWith(Keyring.open(dir, PASSPHRASE, { cost }), 'KEYRING')
    await writeFile(path, whole)
    // in a salt: then no passphrase fits
    await altered(whole.lastIndexOf('salt', sealedAt) + 10)
    await failsWith(Keyring.open(dir, PASSPHRASE, { cost }), 'WRONG_PASSPHRASE')
  })

  it('refuses costs outside the limits before anybody is asked and any work is done', async () => {
    const asked = async (): Promise<string> => assert.fail('asked')
    const least = { memory: COST_LIMITS.memory[0], passes: COST_LIMITS.passes[0], lanes: COST_LIMITS.lanes[0] }
    for (const wrong of [{ memory: 64 * 1024 - 1 }, { memory: 1024 ** 2 + 1 }, { memory: 2 ** 40 }, { passes: 2 }, { passes: 11 }, { lanes: 0 }, { lanes: 9 }]) {
      const header = encode({ v: 1, wrap: 'argon2id', salt: seed('salt'), stretch: { salt: seed('stretch'), ...least, ...wrong } })
      const bytes = Buffer.concat([Buffer.from([header.length >> 8, header.length & 0xff]), header, Buffer.alloc(100)])
      await writeFile(path, Buffer.concat([bytes, sha256(label('keyring-sum'), bytes)]), { mode: 0o600 })
      await failsWith(Keyring.open(dir, asked), 'KEYRING')
      await failsWith(stretched('x', { salt: seed('stretch'), ...least, ...wrong }), 'KEYRING')
    }
  })

  it('leaves the event loop to others while it works, and ends with its signal', async () => {
    let turns = 0
    const counting = setInterval(() => { turns++ }, 1)
    await stretched('x', { salt: seed('salt'), ...cost })
    clearInterval(counting)
    assert.ok(turns > 5, `${turns} turns`)
    await assert.rejects(stretched('x', { salt: seed('salt'), ...cost }, { signal: AbortSignal.abort(new Error('enough')) }), /enough/)
    const ending = new AbortController()
    const work = stretched('x', { salt: seed('salt'), ...cost }, { signal: ending.signal })
    ending.abort(new Error('enough'))
    await assert.rejects(work, /enough/)
  })
})
