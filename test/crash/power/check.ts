import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readConfig } from '../../../src/cli/config.js'
import { createNode } from '../../../src/node/create-node.js'
import { countEntries } from '../../../src/index/queries/entries.js'
import { IndexDb } from '../../../src/index/engine/index-db.js'
import { MIGRATIONS } from '../../../src/index/migrations/schema.js'
import { BlocksUnavailableError } from '../../../src/errors.js'
import type { DfsNode, DfsNodeInit } from '../../../src/api/node.js'
import { loadGreeting } from '../../../src/vault/members/admits-file.js'
import { inside } from '../../node/cluster.js'
import { hashOf, hashOfAll } from './marks.js'
import type { Told } from './told.js'
import { COST, NODE, nodeDir } from './workloads.js'

/** What must be of a folder whose node was promised these things; it opens without anybody's help. */
export async function checkFolder (root: string, told: Told): Promise<void> {
  if (told.keys('index').length > 0) return checkMigrated(root, told)
  if (!told.sure('vault')) return checkUnmade(root, told)
  const dir = nodeDir(root)
  const node = await anyOf(told.of('passphrase'), (passphrase) => opens(dir, { createIfMissing: false, ...passphrase, ...(told.of('damaged').includes('yes') ? { rebuildIndex: true } : {}) }))
  try {
    assert.equal(node.vault, told.of('vault')[0])
    assert.equal(node.peer, told.of('peer')[0])
    await checkFiles(node, told)
    if (told.sure('settings')) assert.equal((await node.settings()).keep, Number(told.of('settings')[0]))
    for await (const { cid, reason } of inside(node).parts.store.verifyAll()) assert.fail(`${cid.toString()}: ${reason}`)
    assert.deepEqual(Array.from(inside(node).parts.store.lacking()), [])
    assert.ok((await loadGreeting(dir))?.admits.length, 'the admits are gone')
    const { label } = await readConfig(dir)
    assert.ok(told.of('config').includes(label ?? null), `config.toml says ${label}`)
    assert.deepEqual(await readdir(join(dir, 'quarantine')), [])
    assert.deepEqual(await readdir(join(dir, 'tmp')), [])
  } finally {
    await node.stop()
  }
  isSound(join(dir, 'index.db'))
}

/** On this thread: a thread of its own, as `verify` starts one, takes longer than all else here. */
function isSound (index: string): void {
  const db = new DatabaseSync(index)
  try {
    assert.deepEqual(db.prepare('PRAGMA integrity_check').all().map((row) => row['integrity_check']), ['ok'])
  } finally {
    db.close()
  }
}

async function checkFiles (node: DfsNode, told: Told): Promise<void> {
  const found = new Map<string, string>()
  for await (const { name } of node.list()) found.set(name, await hashOfAll(node.get(name)).catch((error: unknown) => unavailable(error, name, told)))
  for (const name of new Set([...found.keys(), ...told.keys('file ')])) {
    // before a name was told of, it is nobody's promise
    const allowed = told.of(`file ${name}`)
    if (told.keys(`file ${name}`).includes('')) assert.ok(allowed.includes(found.get(name) ?? null), `${name} is ${found.get(name)}, not ${allowed.join(' or ')}`)
  }
}

/** An entry that came by itself may stand before its blocks are here, until somebody was told that they are. */
function unavailable (error: unknown, name: string, told: Told): string {
  const [first = null, ...begun] = told.of(`file ${name}`)
  if (told.sure('syncs') && error instanceof BlocksUnavailableError && (first === null || begun.length > 0)) return begun.at(-1) ?? ''
  throw error
}

/** Nothing was promised yet: the folder becomes a node's by the same call. */
async function checkUnmade (root: string, told: Told): Promise<void> {
  const node = await anyOf(told.of('passphrase'), (passphrase) => opens(nodeDir(root), passphrase))
  await node.put('works', 'yes', { durable: 1 })
  assert.equal(await hashOfAll(node.get('works')), hashOf(Buffer.from('yes')))
  await node.stop()
}

const opens = (dir: string, init: DfsNodeInit): Promise<DfsNode> => createNode({ ...NODE, dir, ...init }, { cost: COST })

async function anyOf (passphrases: Array<string | null>, open: (init: DfsNodeInit) => Promise<DfsNode>): Promise<DfsNode> {
  const errors: unknown[] = []
  for (const passphrase of passphrases) {
    try {
      return await open(passphrase === null || passphrase === '' ? {} : { passphrase })
    } catch (error) {
      errors.push(error)
    }
  }
  throw errors.length === 1 ? errors[0] : new AggregateError(errors, errors.map(String).join('; '))
}

/** Entries of the fixture. */
let entries: number | undefined

async function checkMigrated (root: string, told: Told): Promise<void> {
  const db = await IndexDb.open({ path: join(nodeDir(root), 'index.db'), migrations: MIGRATIONS, create: false })
  try {
    assert.deepEqual(await db.check(), [])
    assert.equal(countEntries(db), entries ??= countEntries(db))
    assert.ok((entries ?? 0) > 10)
    if (told.sure('row')) assert.equal(db.get<{ value: string }>('SELECT value FROM node_state WHERE key = ?', 'rig')?.value, 'kept')
  } finally {
    await db.close()
  }
}
