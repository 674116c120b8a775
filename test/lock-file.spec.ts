import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'

interface Locked { version?: string, integrity?: string, resolved?: string, link?: boolean }

describe('package-lock.json', () => {
  it('pins each package by its hash, and names no registry', async () => {
    const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8')) as { packages: Record<string, Locked> }
    const locked = Object.entries(packages).filter(([path]) => path !== '')
    assert.ok(locked.length > 100)
    assert.deepEqual(locked.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '')).map(([path]) => path), [])
    assert.deepEqual(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path), [])
  })
})
