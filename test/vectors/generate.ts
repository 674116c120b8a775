/** Writes every protocols/<folder>/vectors.json anew: `npm run vectors`. Deterministic: the same code writes the same bytes. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const here = import.meta.dirname
const root = join(here, '..', '..', '..')

export interface VectorModule { generate: () => unknown }

/** The generators, by the protocol folder that they are for. */
export async function generators (): Promise<Map<string, VectorModule>> {
  const found = new Map<string, VectorModule>()
  for (const file of (await readdir(here)).sort()) {
    const name = /^([a-z]+)\.js$/.exec(file)?.[1]
    if (name === undefined || name === 'generate') continue
    found.set(name, await import(join(here, file)) as VectorModule)
  }
  return found
}

/** The text of a vectors.json. */
export async function vectorsText (module: VectorModule): Promise<string> {
  return JSON.stringify(await module.generate(), null, 2) + '\n'
}

export const vectorsPath = (folder: string): string => join(root, 'protocols', folder, 'vectors.json')

if (process.argv[1] === import.meta.filename) {
  for (const [folder, module] of await generators()) {
    await writeFile(vectorsPath(folder), await vectorsText(module))
    console.log(`protocols/${folder}/vectors.json`)
  }
}
