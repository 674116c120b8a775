/** What lies in folders, looked at behind the backs of the nodes. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CID } from 'multiformats/cid'

/** Files below some places of a folder, blocks/ if none is named: their lengths by name. */
export async function filesIn (folder: string, ...places: string[]): Promise<Map<string, number>> {
  const files = new Map<string, number>()
  for (const place of places.length === 0 ? ['blocks'] : places) {
    for (const entry of await readdir(join(folder, place), { recursive: true, withFileTypes: true }).catch(() => [])) {
      // one that goes between the two looks is not there
      const size = entry.isFile() ? (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size : undefined
      if (size !== undefined) files.set(join(place, entry.name), size)
    }
  }
  return files
}

export const total = (files: ReadonlyMap<string, number>): number => [...files.values()].reduce((sum, size) => sum + size, 0)

/** Whole copies in one folder, by root: what its index says is held, and what lies there as files of the right length. */
export async function wholeIn (folder: string): Promise<{ roots: Set<string>, bytes: number }> {
  const files = await filesIn(folder)
  const db = new DatabaseSync(join(folder, 'index.db'), { readOnly: true })
  try {
    const rows = db.prepare(`SELECT hex(root.cid) AS root, b.cid AS cid, b.size AS size, b.state AS state, b.bytes IS NULL AS file
      FROM refs JOIN blocks AS root ON root.id = refs.root JOIN blocks AS b ON b.id = refs.block`).all() as Array<{ root: string, cid: Uint8Array, size: number, state: number, file: number }>
    const roots = new Map<string, boolean>()
    let bytes = 0
    for (const { root, cid, size, state, file } of rows) {
      const good = state === 0 && (file === 0 || files.get(join('blocks', CID.decode(cid).toString())) === size)
      if (good) bytes += size
      roots.set(root, (roots.get(root) ?? true) && good)
    }
    return { roots: new Set([...roots].filter(([, whole]) => whole).map(([root]) => root)), bytes }
  } finally {
    db.close()
  }
}
