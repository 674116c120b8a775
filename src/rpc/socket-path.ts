/**
 * The node chooses the place of its local socket and writes the path to `<dir>/door`. A client
 * reads only that file, because a node started by a service manager and a shell seldom agree on
 * XDG_RUNTIME_DIR.
 */
import { createHash } from 'node:crypto'
import { lstat, mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** `sun_path` holds 108 bytes on Linux and 104 on BSD and macOS, the closing zero byte included. */
export const MAX_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103

const POINTER = 'door'
const HASH_CHARACTERS = 16

export const fits = (path: string): boolean => Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES

/** Returns true for a real folder (no link) of this user that nobody else can enter. */
export async function isPrivateFolder (path: string): Promise<boolean> {
  const found = await lstat(path)
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
}

/**
 * Returns the socket path in `$XDG_RUNTIME_DIR/dfs`; undefined where no path fits and is private.
 */
async function inRuntimeFolder (real: string, runtime: string | undefined): Promise<string | undefined> {
  if (runtime === undefined || !runtime.startsWith('/')) return undefined
  const folder = join(runtime, 'dfs')
  const path = join(folder, `${createHash('sha256').update(real).digest('hex').slice(0, HASH_CHARACTERS)}.sock`)
  if (!fits(path)) return undefined
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    // without a runtime folder of this user the next place is used; an existing folder is checked
    // below
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return undefined
  }
  return await isPrivateFolder(folder) ? path : undefined
}

/**
 * Chooses the best usable place for the socket. `temporary` is a folder that was made for it and is
 * removed with it.
 */
export async function choosePath (dir: string, env: NodeJS.ProcessEnv = process.env): Promise<{ path: string, temporary?: string }> {
  const real = await realpath(dir)
  const runtime = await inRuntimeFolder(real, env.XDG_RUNTIME_DIR)
  if (runtime !== undefined) return { path: runtime }
  const below = join(real, 'door.sock')
  if (fits(below) && await isPrivateFolder(real)) return { path: below }
  const temporary = await mkdtemp(join(tmpdir(), 'dfs-'))
  return { path: join(temporary, 'door.sock'), temporary }
}

/**
 * Returns the socket path of a folder; undefined when no node has opened a socket there, or the
 * folder does not exist.
 */
export async function readPointer (dir: string): Promise<string | undefined> {
  try {
    return (await readFile(join(dir, POINTER), 'utf8')).trim()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

export async function writePointer (dir: string, path: string): Promise<void> {
  const fresh = join(dir, `${POINTER}.new`)
  await writeFile(fresh, `${path}\n`, { mode: 0o600 })
  await rename(fresh, join(dir, POINTER))
}

export async function removePointer (dir: string): Promise<void> {
  await rm(join(dir, POINTER), { force: true })
}
