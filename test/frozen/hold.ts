/** Texts that stay as they are: each is compared with a file of test/frozen/fixtures, or written there anew (DFS_FREEZE=write). */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { changedLines } from './changed-lines.js'

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'test', 'frozen', 'fixtures')
const WRITES = process.env['DFS_FREEZE'] === 'write'

/**
 * Throws an error that shows the lines which changed.
 * @param name path below test/frozen/fixtures
 */
export async function hold (name: string, text: string): Promise<void> {
  const path = join(FIXTURES, name)
  if (WRITES) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    return
  }
  const held = await textOf(path)
  if (text === held) return
  throw new Error(`test/frozen/fixtures/${name} is frozen, and now it would be:\n\n${changedLines(held, text).join('\n')}\n\nThe head of test/frozen/commands.spec.ts says when that is right. Then:  npm run freeze`)
}

async function textOf (path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return ''
  }
}

/** A folder holds these files and no others; when all is written anew, the others go. */
export async function holdOnly (folder: string, names: string[]): Promise<void> {
  const others = (await readdir(join(FIXTURES, folder))).filter((one) => !names.includes(one))
  if (WRITES) for (const name of others) await rm(join(FIXTURES, folder, name))
  else if (others.length > 0) throw new Error(`nothing is compared with ${others.join(', ')} of test/frozen/fixtures/${folder}`)
}
