import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { changed, ROOT } from './change.js'
import { MUTANTS } from './list.js'

describe('mutants', () => {
  it('each can be made: its text stands in its file once, and what should notice it is there', () => {
    for (const mutant of MUTANTS) {
      assert.notEqual(changed(mutant), changed({ ...mutant, to: mutant.from }))
      assert.ok(mutant.specs.length > 0, mutant.file)
      for (const spec of mutant.specs) assert.ok(existsSync(join(ROOT, 'test', `${spec}.spec.ts`)), `${mutant.file}: there is no test/${spec}.spec.ts`)
    }
  })
})
