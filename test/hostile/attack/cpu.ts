/** Processor time and cores of processes, as Linux tells them. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'

/** What /proc counts in. */
const TICKS_PER_SECOND = 100
/** Fields of /proc/PID/stat behind the name: user and system time, and those of children that were waited for. */
const OWN = [11, 12]
const CHILDREN = [13, 14]

async function seconds (path: string, fields: number[]): Promise<number> {
  const stat = await readFile(path, 'utf8')
  const values = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.reduce((sum, field) => sum + Number(values[field]), 0) / TICKS_PER_SECOND
}

/** Seconds of processor time that a process took since its start. */
export async function cpuOf (pid: number): Promise<number> { return seconds(`/proc/${pid}/stat`, OWN) }

/** Of all children of this process that ended. */
export async function cpuOfEnded (): Promise<number> { return seconds('/proc/self/stat', CHILDREN) }

/** Of the first thread, which is that of the event loop. */
export async function cpuOfLoop (pid: number): Promise<number> { return seconds(`/proc/${pid}/task/${pid}/stat`, OWN) }

/** The cores that this process may run on. */
export async function cores (): Promise<number[]> {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(await readFile('/proc/self/status', 'utf8'))?.[1] ?? ''
  return list.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, index) => first + index)
  })
}

/** All threads of a process, and what it starts from now on, run on these cores only. */
export function confine (pid: number, to: number[]): void {
  assert.ok(to.length > 0)
  execFileSync('taskset', ['--all-tasks', '--pid', '--cpu-list', to.join(','), String(pid)], { stdio: 'ignore' })
}
