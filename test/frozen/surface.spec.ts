/**
 * What people and programs see besides --json: help, exit codes, errors, the API and its options, and what travels
 * between nodes. The head of commands.spec.ts says when a fixture may be written anew. Bytes are held by the vectors.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { memory } from '@libp2p/memory'
import { exitCode } from '../../src/cli/exit-codes.js'
import { createNode } from '../../src/node/create-node.js'
import * as errors from '../../src/errors.js'
import { checkOptions, type OptionsOf } from '../../src/api/option-keys.js'
import { TestWorld } from '../cli/harness.js'
import { exportsOf } from './declarations.js'
import { hold } from './hold.js'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const PROTOCOLS = ['audit', 'get', 'hello', 'store', 'sync']
/** The compiler asks for what is missing. */
const CALLS: Record<OptionsOf, true> = {
  createNode: true, discovery: true, rebuildIndex: true, put: true, get: true, stat: true, list: true, du: true, history: true, delete: true, deleted: true, restore: true, mv: true, copy: true, why: true, evict: true, share: true,
  invite: true, revoke: true, members: true, peers: true, status: true, synced: true, settings: true, set: true, verify: true, gc: true, recoveryCode: true, checkRecoveryCode: true, changePassphrase: true, openLink: true,
  'SharedFile.get': true
}

const text = (lines: string[]): string => `${lines.join('\n')}\n`

describe('frozen:', () => {
  it('help of every command', async () => {
    const world = await TestWorld.open()
    try {
      const help = async (...words: string[]): Promise<string> => `$ dfs ${words.join(' ')}\n${await shown(world, words)}`
      const all = await shown(world, ['help'])
      const [, list = ''] = /^Commands:\n(.*?)\n\n/ms.exec(all) ?? []
      const names = [...list.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name)
      const parts = [await help('help'), await help('help', 'exit-codes')]
      for (const name of names) parts.push(await help('help', name))
      await hold('help.txt', parts.join('\n'))
    } finally {
      await world.close()
    }
  })

  it('errors: name, code, retry and exit code', async () => {
    const rows = Object.entries(errors).filter(([name]) => name !== 'DfsError').map(([name, type]) => {
      const error = new (type as unknown as new (...words: unknown[]) => errors.DfsError)('text', {}, '')
      return `${name}  ${error.code}  ${error.retry ? 'retry' : 'no retry'}  exit ${exitCode(error)}`
    })
    await hold('errors.txt', text(rows.sort()))
  })

  for (const [name, file] of [['api', 'src/index.d.ts'], ['compliance', 'test/compliance/blockstore.d.ts']] as const) {
    it(`${name}: exported names and what they are declared as`, async () => {
      const found = await exportsOf(join(ROOT, 'dist', file))
      await hold(`${name}.txt`, text([...found.map(([one, { kind }]) => `${one}  ${kind}`), '', ...found.map(([, one]) => one.text)]))
    })
  }

  it('the options of every call', async () => {
    await hold('options.txt', text(Object.keys(CALLS).map((call) => `${call}: ${optionsOf(call as OptionsOf)}`)))
  })

  it('protocols that a node speaks, and the fields of their messages', async () => {
    const messages = await Promise.all(PROTOCOLS.map(async (protocol) => `${protocol}\n${plain(await readFile(join(ROOT, 'protocols', protocol, 'messages.proto'), 'utf8'))}`))
    await hold('wire.txt', text([...await spoken(), '', ...messages]))
  })
})

/** What stdout is told; the width of this terminal counts for nothing. */
async function shown (world: TestWorld, words: string[]): Promise<string> {
  const { isTTY } = process.stdout
  process.stdout.isTTY = false
  try {
    return (await world.run(...words)).stdout
  } finally {
    process.stdout.isTTY = isTTY
  }
}

/** The error for a misspelt option names all that are accepted. */
function optionsOf (call: OptionsOf): string {
  try {
    checkOptions(call, { '?': true })
  } catch (error) {
    return /Accepted: (.*)$/.exec((error as Error).message)?.[1] ?? ''
  }
  return ''
}

async function spoken (): Promise<string[]> {
  let protocols = (): string[] => []
  const spy = ({ registrar }: { registrar: { getProtocols: () => string[] } }): object => {
    protocols = () => registrar.getProtocols()
    return {}
  }
  await using node = await createNode({ listen: ['/memory/frozen-spoken'], libp2p: { transports: [memory()], services: { spy } }, discovery: { dht: true } })
  void node
  return protocols().sort()
}

/** A .proto without comments and empty lines. */
const plain = (proto: string): string => proto.split('\n').map((line) => line.replace(/ *\/\/.*/, '')).filter((line) => line !== '').join('\n')
