import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'

interface Locked { version?: string, integrity?: string, resolved?: string, link?: boolean }
interface Manifest { dependencies: Record<string, string>, devDependencies: Record<string, string> }

/** Of the package, and of the systems that it is measured beside, which are no part of it. */
const LOCKS = ['package-lock.json', 'bench/package-lock.json']

for (const path of LOCKS) {
  describe(path, () => {
    it('pins each package by its hash, and names no registry', async () => {
      const { packages } = JSON.parse(await readFile(path, 'utf8')) as { packages: Record<string, Locked> }
      const locked = Object.entries(packages).filter(([name]) => name !== '')
      assert.ok(locked.length > 100)
      assert.deepEqual(locked.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '')).map(([name]) => name), [])
      assert.deepEqual(locked.filter(([, { resolved }]) => resolved !== undefined).map(([name]) => name), [])
    })
  })
}

describe('bench/package.json', () => {
  it('names exact versions, and is not what the package depends on', async () => {
    const read = async (path: string): Promise<Manifest> => JSON.parse(await readFile(path, 'utf8')) as Manifest
    const [bench, own] = await Promise.all([read('bench/package.json'), read('package.json')])
    const peers = Object.entries(bench.dependencies)
    assert.ok(peers.length > 10)
    assert.deepEqual(peers.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)), [])
    const systems = ['helia', 'hyperdrive', 'corestore', '@number0/iroh']
    assert.deepEqual(systems.filter((name) => bench.dependencies[name] === undefined), [])
    assert.deepEqual(systems.filter((name) => name in own.dependencies || name in own.devDependencies), [])
  })
})
