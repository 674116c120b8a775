/** What lies in folders, looked at behind the backs of the nodes. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CID } from 'multiformats/cid'

/** Block files of a folder, and their bytes. */
export async function blocksIn (folder: string): Promise<{ names: Set<string>, bytes: number }> {
  const found = { names: new Set<string>(), bytes: 0 }
  for (const entry of await readdir(join(folder, 'blocks'), { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue
    found.names.add(entry.name)
    found.bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0
  }
  return found
}

/** Whole copies in one folder, by root: what its index says is held, and what lies there as files of the right length. */
export async function wholeIn (folder: string): Promise<{ roots: Set<string>, bytes: number }> {
  const files = new Map<string, number>()
  for (const name of await readdir(join(folder, 'blocks'), { recursive: true, withFileTypes: true })) {
    // one that is let go between the two looks is not there
    if (name.isFile()) files.set(name.name, (await stat(join(name.parentPath, name.name)).catch(() => undefined))?.size ?? -1)
  }
  const db = new DatabaseSync(join(folder, 'index.db'), { readOnly: true })
  try {
    const rows = db.prepare(`SELECT hex(root.cid) AS root, b.cid AS cid, b.size AS size, b.state AS state, b.bytes IS NULL AS file
      FROM refs JOIN blocks AS root ON root.id = refs.root JOIN blocks AS b ON b.id = refs.block`).all() as Array<{ root: string, cid: Uint8Array, size: number, state: number, file: number }>
    const roots = new Map<string, boolean>()
    let bytes = 0
    for (const { root, cid, size, state, file } of rows) {
      const good = state === 0 && (file === 0 || files.get(CID.decode(cid).toString()) === size)
      if (good) bytes += size
      roots.set(root, (roots.get(root) ?? true) && good)
    }
    return { roots: new Set([...roots].filter(([, whole]) => whole).map(([root]) => root)), bytes }
  } finally {
    db.close()
  }
}
