import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { writeConfig } from '../../../src/cli/config.js'
import { createNode } from '../../../src/node/create-node.js'
import { IndexDb } from '../../../src/index/engine/index-db.js'
import { MIGRATIONS } from '../../../src/index/migrations/schema.js'
import type { DfsNode, DfsNodeInit } from '../../../src/api/node.js'
import { content, hashOf, hashOfAll, type Marks } from './marks.js'

export interface Scene { root: string, marks: Marks }
type Step = (scene: Scene) => Promise<void>

/** Above the folder of the node is one that the node makes too. */
export const nodeDir = (root: string): string => join(root, 'home', 'node')
/** Fan-out of one folder, so that a tree is small. Collected is what is dead at once. */
export const NODE: DfsNodeInit = { listen: ['/ip4/127.0.0.1/tcp/0'], capacity: 1e9, start: false, guard: 0, trash: 0, pathTransform: (cid) => `f/${cid.toString()}` }
/** Of a passphrase: the least that a keyring may say. */
export const COST = { memory: 64 * 1024, passes: 3, lanes: 1 }
const KIB = 1024

async function opened ({ root, marks }: Scene, init: DfsNodeInit = {}): Promise<DfsNode> {
  const node = await createNode({ ...NODE, dir: nodeDir(root), ...init }, { cost: COST })
  marks.is('peer', node.peer)
  marks.is('vault', node.vault)
  return node
}

async function put ({ marks }: Scene, node: DfsNode, name: string, bytes: Uint8Array, durable = 1): Promise<void> {
  await marks.change(`file ${name}`, hashOf(bytes), () => node.put(name, bytes, { durable }))
}

const remove = ({ marks }: Scene, node: DfsNode, name: string): Promise<void> => marks.change(`file ${name}`, null, () => node.delete(name))

const puts: Step = async (scene) => {
  const node = await opened(scene)
  for (const [n, bytes] of [0, 100, 70 * KIB, 300 * KIB, 2500 * KIB].entries()) await put(scene, node, `f${n}`, content(`f${n}`, bytes))
  await put(scene, node, 'f2', content('f2 again', 90 * KIB))
  await Promise.all([80, 65, 1, 200, 64, 3].map((kib, n) => put(scene, node, `many/${n}`, content(`many ${n}`, kib * KIB))))
  await remove(scene, node, 'f3')
  await node.gc()
  // what is in the trash, or just left it, is put again
  await put(scene, node, 'f3 again', content('f3', 300 * KIB))
  await scene.marks.change('config', 'first', () => writeConfig(nodeDir(scene.root), { label: 'first' }))
}

const versions: Step = async (scene) => {
  const { marks } = scene
  const node = await opened(scene, { trash: 3_600_000 })
  await scene.marks.change('config', 'second', () => writeConfig(nodeDir(scene.root), { label: 'second', operator: 'me' }))
  await marks.change('settings', '7', () => node.set({ keep: 7 }))
  for (const n of [1, 2, 3]) await put(scene, node, 'twice', content(`twice ${n}`, 75 * KIB))
  await marks.change('file twice', hashOf(content('twice 2', 75 * KIB)), () => node.restore('twice'))
  const f4 = hashOf(content('f4', 2500 * KIB))
  marks.may('file f4', null)
  await marks.change('file moved', f4, () => node.mv('f4', 'moved'))
  marks.is('file f4', null)
  await remove(scene, node, 'twice')
  for (const n of [0, 2, 4]) await remove(scene, node, `many/${n}`)
  await node.gc()
  await put(scene, node, 'many/0', content('many 0', 80 * KIB))
  await put(scene, node, 'back', content('twice 2', 75 * KIB))
  await node.stop()
}

const afterwards: Step = async (scene) => {
  const node = await opened(scene)
  await put(scene, node, 'last', content('last', 150 * KIB))
  await node.gc()
  await node.verify()
  await node.stop()
}

const keys: Step = async (scene) => {
  scene.marks.is('passphrase', 'number 0')
  const node = await opened(scene, { passphrase: 'number 0' })
  await put(scene, node, 'f', content('f', 1000))
  for (const [from, to] of [['number 0', 'number 1'], ['number 1', undefined], [undefined, 'number 2']] as const) {
    await scene.marks.change('passphrase', to ?? '', () => node.changePassphrase({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }))
  }
  await node.checkRecoveryCode(await node.recoveryCode())
}

/** The folder is a member's: what others put is on its disk before they are told. */
const member: Step = async (scene) => {
  const other = await createNode({ listen: ['/ip4/127.0.0.1/tcp/0'] })
  scene.marks.is('syncs', 'yes')
  const node = await opened(scene, { invite: await other.invite({ role: 'write' }), start: true })
  for (const [n, bytes] of [10, 70 * KIB, 2200 * KIB].entries()) await put(scene, other, `f${n}`, content(`theirs ${n}`, bytes), 2)
  await Promise.all([66, 5, 130, 90].map((kib, n) => put(scene, other, `many/${n}`, content(`their many ${n}`, kib * KIB), 2)))
  await put(scene, node, 'mine', content('mine', 100 * KIB), 2)
  await put(scene, other, 'f1', content('theirs again', 80 * KIB), 2)
  await node.gc()
  await other.stop()
  await node.stop()
}

/** An index of version 1, as its fixture has it. */
const old: Step = async ({ root, marks }) => {
  await mkdir(nodeDir(root), { recursive: true })
  const path = join(nodeDir(root), 'index.db')
  // whole before it has its name: this is the disk as it was found, no work of the node
  const laid = join(root, 'laid')
  await durably(laid, gunzipSync(await readFile(new URL('../../../../test/fixtures/index-1.db.gz', import.meta.url))))
  await rename(laid, path)
  for (const folder of [nodeDir(root), join(root, 'home'), root]) await synced(folder)
  marks.is('index', 'old')
  const db = await IndexDb.open({ path, migrations: MIGRATIONS, create: false })
  await db.write([['INSERT INTO node_state (key, value) VALUES (?, ?)', 'rig', 'kept']])
  marks.is('row', 'kept')
  await db.close()
}

/** An index of which the end is lost, made anew. */
const rebuilt: Step = async (scene) => {
  const path = join(nodeDir(scene.root), 'index.db')
  const half = (await readFile(path)).length / 2
  scene.marks.is('damaged', 'yes')
  const file = await open(path, 'r+')
  await file.truncate(Math.floor(half))
  await file.sync()
  await file.close()
  const node = await opened(scene, { createIfMissing: false, rebuildIndex: true })
  scene.marks.is('damaged', 'no')
  for await (const { name } of node.list()) scene.marks.is(`file ${name}`, await hashOfAll(node.get(name)))
  await put(scene, node, 'after', content('after', 70 * KIB))
  await node.stop()
}

const few: Step = async (scene) => {
  const node = await opened(scene)
  for (const n of [0, 1, 2]) await node.put(`f${n}`, content(`f${n}`, 70 * KIB * n), { durable: 1 })
  await node.stop()
}

async function durably (path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w')
  await file.writeFile(bytes)
  await file.sync()
  await file.close()
}

async function synced (path: string): Promise<void> {
  const folder = await open(path)
  await folder.sync()
  await folder.close()
}

/** Each step is a process of its own. */
export const WORKLOADS: Record<string, Step[]> = {
  life: [puts, versions, afterwards],
  keys: [keys],
  member: [member, afterwards],
  migration: [old],
  rebuild: [few, rebuilt]
}
