import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { generators, vectorsPath, vectorsText } from './generate.js'

describe('vectors', () => {
  it('are what the generators write', async () => {
    const all = await generators()
    assert.ok(all.size > 0)
    for (const [folder, module] of all) {
      assert.equal(await readFile(vectorsPath(folder), 'utf8'), await vectorsText(module), `protocols/${folder}/vectors.json; npm run vectors writes it anew`)
    }
  })
})
