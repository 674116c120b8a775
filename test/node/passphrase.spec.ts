import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DfsNode, DfsNodeInit } from '../../src/api/node.js'
import { Cluster, collect, failsWith, same, secretsOf } from './cluster.js'

/** The least that is accepted. */
const cost = { memory: 64 * 1024, passes: 3, lanes: 1 }
const PASSPHRASE = 'canary passphrase 5b1e'

describe('node: passphrase', () => {
  const cluster = new Cluster()
  afterEach(() => cluster.end())

  const open = (init: DfsNodeInit): Promise<DfsNode> => cluster.node(init, { cost })

  it('protects the keys of a new vault: none of them lies anywhere in the folder, running or not', async () => {
    const dir = await cluster.dir()
    const node = await open({ dir, passphrase: async () => PASSPHRASE })
    await node.put('notes', 'text')
    assert.equal((await node.status()).passphrase, true)
    const { secret, writer, meet, box, reads } = secretsOf(node)
    const code = await node.recoveryCode()
    const secrets = [secret, writer, meet, box, ...reads].map((one) => Buffer.from(one ?? assert.fail('missing')))
    const absent = async (): Promise<number> => {
      let files = 0
      for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || entry.name === 'ballast') continue
        const bytes = await readFile(join(entry.parentPath, entry.name))
        files++
        for (const one of secrets) for (const form of [one, one.toString('hex'), one.toString('base64')]) assert.equal(bytes.includes(form), false, entry.name)
        for (const text of [PASSPHRASE, code.slice(20)]) assert.equal(bytes.includes(text), false, entry.name)
      }
      return files
    }
    assert.ok(await absent() > 3)
    await node.stop()
    assert.ok(await absent() > 3)

    const refused = await failsWith(open({ dir, createIfMissing: false }), 'PASSPHRASE_REQUIRED')
    const wrong = await failsWith(open({ dir, passphrase: `${PASSPHRASE}!` }), 'WRONG_PASSPHRASE')
    for (const { message, stack } of [refused, wrong]) assert.equal(`${message}${stack}`.includes('canary'), false)
    // the folder is free, and its vault is what it was
    const again = await open({ dir, passphrase: PASSPHRASE })
    assert.equal(again.vault, node.vault)
    same(await collect(again.get('notes')), new TextEncoder().encode('text'))
    assert.equal(await again.recoveryCode(), code)
  })

  it('is changed while the node runs, and what is saved afterwards stays under the new one', async () => {
    const dir = await cluster.dir()
    const node = await open({ dir })
    assert.equal((await node.status()).passphrase, false)
    await node.changePassphrase({ to: PASSPHRASE })
    await failsWith(node.changePassphrase({ from: 'wrong', to: 'another one' }), 'WRONG_PASSPHRASE')
    await failsWith(node.changePassphrase({ to: 'another one' }), 'PASSPHRASE_REQUIRED')
    // too short, unless that is wanted
    assert.match((await failsWith(node.changePassphrase({ from: PASSPHRASE, to: 'sevenäö' }), 'INVALID_OPTION')).message, /7 characters/)
    await node.changePassphrase({ from: PASSPHRASE, to: 's', force: true })
    await node.changePassphrase({ from: 's', to: 'the second one' })
    assert.equal(await node.checkRecoveryCode(await node.recoveryCode()), true)
    assert.equal((await node.status()).passphrase, true)
    await node.stop()
    await failsWith(node.changePassphrase({ from: 'the second one' }), 'NODE_STOPPED')
    await failsWith(open({ dir, passphrase: PASSPHRASE }), 'WRONG_PASSPHRASE')
    const again = await open({ dir, passphrase: 'the second one' })
    assert.deepEqual((await again.status()).notes, [])
    await again.changePassphrase({ from: 'the second one' })
    await again.stop()
    const bare = await open({ dir, passphrase: async () => assert.fail('nothing to ask for') })
    assert.equal(bare.vault, node.vault)
  })

  it('protects a member that joins, and leaves nothing where none was given', async () => {
    const a = await cluster.node()
    const dir = join(await cluster.dir(), 'new')
    const invite = await a.invite({ role: 'write' })
    await failsWith(open({ dir, invite, passphrase: async () => { throw new Error('no terminal') } }).catch((error: unknown) => { throw Object.assign(error as Error, { code: 'ASKED' }) }), 'ASKED')
    await failsWith(open({ dir, invite, passphrase: '' }), 'INVALID_OPTION')
    assert.deepEqual(await readdir(join(dir, '..')), [])
    const b = await open({ dir, invite, passphrase: PASSPHRASE })
    await b.stop()
    await failsWith(open({ dir }), 'PASSPHRASE_REQUIRED')
  })

  it('is refused where nothing is kept, and where the keys have none', async () => {
    await failsWith(open({ passphrase: PASSPHRASE }), 'INVALID_OPTION')
    const node = await open({})
    await failsWith(node.changePassphrase({ to: PASSPHRASE }), 'INVALID_OPTION')
    const dir = await cluster.dir()
    await (await open({ dir })).stop()
    await failsWith(open({ dir, passphrase: PASSPHRASE }), 'INVALID_OPTION')
  })
})
