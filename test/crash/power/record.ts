import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Disk, type Folder, MARKS } from './disk.js'
import { type Call, readLog } from './log.js'

const SOURCE = join(import.meta.dirname, '..', '..', '..', '..', 'test', 'crash', 'power', 'recorder.c')

/** The library that is preloaded into what is recorded. */
export async function buildRecorder (folder: string): Promise<string> {
  const library = join(folder, 'recorder.so')
  await promisify(execFile)('cc', ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl', '-lpthread'])
  return library
}

export interface Recording { calls: Call[], root: string }

export interface RecordInit {
  /** Holds all that is made here. */
  folder: string
  library: string
  workload: string
  /** dist of the code that runs. */
  dist: string
}

/** Runs the workload's processes one after the other, as many as it has, on one folder, and says what they did to the disk. */
export async function record ({ folder, library, workload, dist }: RecordInit): Promise<Recording> {
  const root = join(folder, 'root')
  const log = join(folder, 'log')
  mkdirSync(root)
  const script = join(dist, 'test', 'crash', 'power', 'workload.js')
  for (let step = 0, more = true; more; step++) {
    const child = spawn(process.execPath, [script, workload, String(step), root], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // what io_uring does, no library sees
      env: { ...process.env, LD_PRELOAD: library, RIG_ROOT: root, RIG_LOG: log, UV_USE_IO_URING: '0' }
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => { said += text })
    const [code] = await once(child, 'close') as [number | null]
    if (code !== 0 || !/^(more|end)$/m.test(said)) throw new Error(`${workload} ended with ${code} in step ${step}: ${said}`)
    more = /^more$/m.test(said)
  }
  const calls = readLog(log)
  compare(calls, root)
  return { calls, root }
}

/** What the replayed calls make must be what lies there: else the recorder missed one. */
function compare (calls: readonly Call[], root: string): void {
  const disk = new Disk(root)
  for (const call of calls) disk.apply(call)
  const same = (folder: Folder, path: string): void => {
    const ignored = (name: string): boolean => name === MARKS || name.endsWith('-shm')
    const [there, known] = [readdirSync(path), [...folder.now.keys()]].map((names) => names.filter((name) => !ignored(name)).sort())
    if (there?.join() !== known?.join()) throw new Error(`${path}: recorded were ${known?.join()}, there are ${there?.join()}`)
    for (const [name, node] of folder.now) {
      const at = join(path, name)
      if (node.kind === 'folder') same(node, at)
      else if (!ignored(name) && lstatSync(at).isFile() && !readFileSync(at).equals(node.now.bytes())) throw new Error(`${at} has other bytes than were recorded`)
    }
  }
  same(disk.root, root)
}
