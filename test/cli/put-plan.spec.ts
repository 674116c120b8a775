import assert from 'node:assert/strict'
import { InvalidOptionError } from '../../src/errors.js'
import { planPut } from '../../src/cli/put-plan.js'

const FILES = new Map<string, 'file' | 'folder' | 'pipe'>([['cat.jpg', 'file'], ['dog.jpg', 'file'], ['pets/cat.jpg', 'file'], ['pets', 'folder'], ['pets/', 'folder'], ['fifo', 'pipe']])

const look = async (path: string): Promise<{ isDirectory: () => boolean } | undefined> => {
  const kind = FILES.get(path)
  return kind === undefined ? undefined : { isDirectory: () => kind === 'folder' }
}

const names = async (words: string[], as?: string): Promise<string[]> => {
  const plans = await planPut(words, as === undefined ? {} : { as }, '/', look)
  return plans.map(({ file, name }) => `${file} -> ${name}`)
}

describe('put: which file gets which name', () => {
  const good: Array<[string, string[], string | undefined, string[]]> = [
    ['the base name', ['pets/cat.jpg'], undefined, ['pets/cat.jpg -> cat.jpg']],
    ['a name', ['cat.jpg', 'photos/tom.jpg'], undefined, ['cat.jpg -> photos/tom.jpg']],
    ['a prefix', ['pets/cat.jpg', 'photos/'], undefined, ['pets/cat.jpg -> photos/cat.jpg']],
    ['several below a prefix', ['cat.jpg', 'dog.jpg', 'photos/'], undefined, ['cat.jpg -> photos/cat.jpg', 'dog.jpg -> photos/dog.jpg']],
    ['a prefix that is a folder here', ['cat.jpg', 'pets/'], undefined, ['cat.jpg -> pets/cat.jpg']],
    ['--as, also where a file has that name', ['cat.jpg'], 'dog.jpg', ['cat.jpg -> dog.jpg']],
    ['--as with a prefix and several', ['cat.jpg', 'dog.jpg'], 'photos/', ['cat.jpg -> photos/cat.jpg', 'dog.jpg -> photos/dog.jpg']],
    ['stdin with a name', ['-', 'notes.txt'], undefined, ['- -> notes.txt']],
    ['stdin with --as', ['-'], 'cat.jpg', ['- -> cat.jpg']],
    ['a pipe', ['fifo', 'x'], undefined, ['fifo -> x']]
  ]
  for (const [what, words, as, expected] of good) {
    it(`takes ${what}`, async () => { assert.deepEqual(await names(words, as), expected) })
  }

  const bad: Array<[string, string[], string | undefined, string]> = [
    ['no words', [], undefined, 'FILE'],
    ['a name that is a file here', ['cat.jpg', 'dog.jpg'], undefined, 'NAME'],
    ['a name that is a folder here', ['cat.jpg', 'pets'], undefined, 'NAME'],
    ['several files without a prefix', ['cat.jpg', 'dog.jpg', 'x'], undefined, 'PREFIX/'],
    ['several files as one name', ['cat.jpg', 'dog.jpg'], 'x', '--as'],
    ['two files with one name', ['cat.jpg', 'pets/cat.jpg', 'photos/'], undefined, 'FILE'],
    ['stdin without a name', ['-'], undefined, 'NAME'],
    ['stdin below a prefix', ['-', 'photos/'], undefined, 'NAME'],
    ['stdin as a name', ['cat.jpg', '-'], undefined, 'NAME'],
    ['a file that is not here', ['cow.jpg'], undefined, 'FILE'],
    ['a folder', ['pets'], undefined, 'FILE'],
    ['a folder with a slash', ['pets/'], undefined, 'FILE'],
    ['a folder among files', ['cat.jpg', 'pets', 'photos/'], undefined, 'FILE']
  ]
  for (const [what, words, as, field] of bad) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(names(words, as), (error: unknown) => error instanceof InvalidOptionError && error.field === field)
    })
  }

  const folders: Array<[string, string[], string | undefined, string[]]> = [
    ['its base name', ['pets'], undefined, ['pets -> pets']],
    ['its base name, with a slash', ['pets/'], undefined, ['pets/ -> pets']],
    ['a name', ['pets', 'animals'], undefined, ['pets -> animals']],
    ['its base name below a prefix', ['pets/', 'all/'], undefined, ['pets/ -> all/pets']],
    ['its base name below a prefix, with a file', ['pets', 'cat.jpg', 'all/'], undefined, ['pets -> all/pets', 'cat.jpg -> all/cat.jpg']],
    ['a name given with --as', ['pets'], 'animals', ['pets -> animals']],
    ['nothing, where nobody gave it a name', ['.'], undefined, ['. -> ']],
    ['the prefix, where nobody gave it a name', ['./'], 'all/', ['./ -> all']]
  ]
  for (const [what, words, as, expected] of folders) {
    it(`with -r, a folder gets ${what}`, async () => {
      const plans = await planPut(words, { recursive: true, ...(as === undefined ? {} : { as }) }, '/', async (path) => path === '.' || path === './' ? look('pets') : look(path))
      assert.deepEqual(plans.map(({ file, name }) => `${file} -> ${name}`), expected)
      assert.equal(plans[0]?.folder, true)
    })
  }

  it('takes a pipe and stdin like a file', async () => {
    assert.deepEqual(await planPut(['cat.jpg'], {}, '/', look), [{ file: 'cat.jpg', name: 'cat.jpg' }])
    assert.deepEqual(await planPut(['fifo'], {}, '/', look), [{ file: 'fifo', name: 'fifo' }])
    assert.deepEqual(await planPut(['-', 'x'], {}, '/', look), [{ file: '-', name: 'x' }])
  })
})
