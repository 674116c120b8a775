import assert from 'node:assert/strict'
import { openAsBlob } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createNode, InvalidOptionError, openLink, SourceError } from '../../src/index.js'
import { connectRpc } from '../../src/rpc/client.js'
import { serveRpc } from '../../src/rpc/server.js'
import { nearest } from '../../src/api/nearest.js'
import type { DfsNode, Source } from '../../src/api/node.js'

/** What a program without a compiler may call. */
type Loose = Record<string, (...args: unknown[]) => Promise<unknown> | AsyncIterable<unknown>>

async function drain (result: Promise<unknown> | AsyncIterable<unknown>): Promise<void> {
  if (!(Symbol.asyncIterator in result)) return void await result
  for await (const _ of result) break
}

const named = (field: string, near?: string) => (error: unknown): boolean => {
  assert.ok(error instanceof InvalidOptionError, String(error))
  assert.equal(error.field, field)
  assert.equal(/did you mean (\w+)\?/.exec(error.message)?.[1], near)
  return true
}

/** Each call: its arguments before the options, a misspelt option, what was meant. */
const MISSPELT: Array<[string, unknown[], string, string | undefined]> = [
  ['put', ['y', 'y'], 'drable', 'durable'], ['put', ['y', 'y'], 'onprogress', 'onProgress'], ['put', ['y', 'y'], 'colour', undefined], ['get', ['x'], 'ofset', 'offset'], ['stat', ['x'], 'verison', 'version'], ['list', [], 'prefx', 'prefix'],
  ['du', [], 'delimeter', 'delimiter'], ['history', ['x'], 'singal', 'signal'], ['delete', ['x'], 'sginal', 'signal'], ['deleted', [], 'Prefix', 'prefix'], ['restore', ['x', undefined], 'progress', 'onProgress'],
  ['mv', ['x', 'z'], 'forced', 'force'], ['copy', ['x', 'z'], 'iftarget', 'ifTarget'], ['why', ['x'], 'signals', 'signal'], ['evict', ['x'], 'Force', 'force'], ['share', ['x'], 'expire', 'expires'], ['invite', [], 'roles', 'role'], ['revoke', ['x'], 'sicne', 'since'],
  ['members', [], 'al', 'all'], ['peers', [], 'signa', 'signal'], ['status', [], 'signa', 'signal'], ['synced', [], 'member', 'members'], ['settings', [], 'signa', 'signal'], ['set', [{ keep: 5 }], 'signa', 'signal'], ['verify', [], 'remot', 'remote'],
  ['gc', [], 'dryrun', 'dryRun'], ['recoveryCode', [], 'signa', 'signal'], ['checkRecoveryCode', ['x'], 'signa', 'signal'], ['changePassphrase', [], 'form', 'from']
]

describe('options that no call takes', () => {
  let dir: string
  let node: DfsNode
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dfs-options-'))
    node = await createNode({ dir: join(dir, 'v'), listen: [], start: false, capacity: 1e9 })
    await node.put('x', 'x')
  })
  after(async () => {
    await node.stop()
    await rm(dir, { recursive: true, force: true })
  })

  for (const [call, args, wrong, meant] of MISSPELT) {
    it(`${call} refuses ${wrong}`, async () => {
      const loose = node as unknown as Loose
      await assert.rejects(async () => drain(loose[call]!(...args, { [wrong]: 1 })), named(wrong, meant))
    })
  }

  it('are all calls that take any', () => {
    const verbs = [...Object.getOwnPropertyNames(Object.getPrototypeOf(Object.getPrototypeOf(node)))].filter((name) => !['constructor', 'rows', 'writing', 'changing', 'run', 'alive', 'within', 'reachedAt', 'facts'].includes(name))
    assert.deepEqual(verbs.sort(), [...new Set(MISSPELT.map(([call]) => call))].sort())
  })

  it('are refused by createNode and openLink before anything is opened, and below discovery', async () => {
    const make = createNode as unknown as (init: object) => Promise<DfsNode>
    for (const [init, field, near] of [[{ Dir: '/x' }, 'Dir', 'dir'], [{ passprase: 'x' }, 'passprase', 'passphrase'], [{ discovery: { mDNS: false } }, 'mDNS', 'mdns'], [{ rebuildIndex: { onprogress: 1 } }, 'onprogress', 'onProgress']] as const) {
      await assert.rejects(make(init), named(field, near))
    }
    await assert.rejects((openLink as unknown as (text: string, options: object) => Promise<unknown>)('x', { sinal: 1 }), named('sinal', 'signal'))
  })

  it('are refused where options are no object', async () => {
    for (const options of [5, 'x', null]) await assert.rejects(async () => node.put('y', 'y', options as unknown as object), named('options'))
  })

  it('come back through the door as the same error, and what is right is taken', async () => {
    await mkdir(join(dir, 'door'), { mode: 0o700 })
    const door = await serveRpc(node, join(dir, 'door'), { env: {} })
    try {
      await using remote = await connectRpc(join(dir, 'door'))
      const loose = remote as unknown as Loose
      for (const [call, args, wrong, meant] of MISSPELT) {
        // progress is no JSON, and stays on this side
        if (wrong !== 'onprogress') await assert.rejects(async () => drain(loose[call]!(...args, { [wrong]: 1 })), named(wrong, meant), call)
      }
      const onProgress = (): void => {}
      for (const list of [remote?.list({ prefix: 'x' }), remote?.history('x'), remote?.du()]) for await (const row of list ?? []) assert.ok(row)
      assert.equal((await remote?.gc({ dryRun: true, onProgress }))?.dryRun, true)
    } finally {
      await door.close()
    }
  })

  it('are told by the nearest word that a call knows', () => {
    const known = ['durable', 'copies', 'signal', 'size']
    for (const [word, meant] of [['durable', 'durable'], ['DURABLE', 'durable'], ['duarble', 'durable'], ['cpies', 'copies'], ['siez', 'size'], ['elephant', undefined], ['', undefined], ['x', undefined]] as const) assert.equal(nearest(word, known), meant, word)
  })
})

describe('sources', () => {
  const BYTES = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8])
  const sources: Array<[string, () => Source | Promise<Source>, Uint8Array]> = [
    ['a Blob', () => new Blob([BYTES, 'text']), Buffer.concat([BYTES, Buffer.from('text')])],
    ['a File', () => new File([BYTES], 'x.bin'), BYTES],
    ['an empty Blob', () => new Blob([]), new Uint8Array()],
    ['a large Blob', () => new Blob([new Uint8Array(5e6).fill(7)]), new Uint8Array(5e6).fill(7)],
    ['an ArrayBuffer', () => BYTES.slice().buffer, BYTES],
    ['a DataView of a part', () => new DataView(BYTES.buffer, 2, 3), BYTES.subarray(2, 5)],
    ['a Uint16Array', () => new Uint16Array(BYTES.buffer, 2, 2), BYTES.subarray(2, 6)],
    ['a Float64Array', () => new Float64Array(BYTES.buffer), BYTES],
    ['a Buffer of a pool', () => Buffer.from('pooled'), Buffer.from('pooled')],
    ['text', () => '\u00fc', new Uint8Array([0xc3, 0xbc])]
  ]
  let dir: string
  before(async () => { dir = await mkdtemp(join(tmpdir(), 'dfs-sources-')) })
  after(async () => { await rm(dir, { recursive: true, force: true }) })

  it('of every kind come back as they were, by the node and through its door', async () => {
    await using node = await createNode({ listen: [], start: false })
    const door = await serveRpc(node, dir, { env: {} })
    try {
      await using remote = await connectRpc(dir)
      assert.ok(remote)
      for (const [what, source, bytes] of sources) {
        for (const at of [node, remote] as DfsNode[]) {
          const totals: Array<number | undefined> = []
          const { size } = await at.put(what, await source(), { onProgress: (event) => { if (event.type === 'file:put:read') totals.push(event.total) } })
          assert.equal(size, bytes.length, what)
          assert.deepEqual(new Uint8Array(await buffer(at.get(what))), new Uint8Array(bytes), what)
          // how much comes is known of each
          assert.ok(totals.every((total) => total === bytes.length), what)
        }
      }
      for (const at of [node, remote] as DfsNode[]) await assert.rejects(at.put('x', new Blob(['hello']), { size: 3 }), SourceError)
    } finally {
      await door.close()
    }
  })

  it('that are a file opened as a Blob are refused when it changes meanwhile', async () => {
    const path = join(dir, 'changes')
    await writeFile(path, 'before')
    const blob = await openAsBlob(path)
    await writeFile(path, 'after, and longer')
    await using node = await createNode({ listen: [], start: false })
    await assert.rejects(node.put('x', blob), SourceError)
  })

  it('that are none of these are refused with what is taken', async () => {
    await using node = await createNode({ listen: [], start: false })
    for (const source of [5, null, undefined, {}, true, Symbol('x')]) await assert.rejects(node.put('x', source as Source), InvalidOptionError)
  })
})
