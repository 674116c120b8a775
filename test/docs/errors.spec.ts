import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import * as errors from '../../src/errors.js'

describe('docs/errors.md', () => {
  it('has a heading for every code, and for no other', async () => {
    const source = await readFile('src/errors.ts', 'utf8')
    const codes = new Set([...source.matchAll(/'([A-Z]+(?:_[A-Z]+)*)'[,)]/g)].map(([, code]) => code).filter((code) => code !== undefined))
    const headings = [...(await readFile('docs/errors.md', 'utf8')).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)
    assert.ok(codes.size > 30)
    assert.deepEqual([...codes].sort(), [...headings].sort())
  })

  it('names each class beside its code', async () => {
    const text = await readFile('docs/errors.md', 'utf8')
    for (const name of Object.keys(errors)) {
      if (name !== 'DfsError') assert.ok(text.includes(`\`${name}\``), name)
    }
  })
})
