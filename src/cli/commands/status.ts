import type { Command } from 'commander'
import type { MemberInfo, Status } from '../../interface.js'
import type { Context, Run } from '../context.js'
import { bytes, clean, count, duration, home, note, plural, shortVault, when } from '../format.js'
import { openNode } from '../open.js'

export function defineStatus (program: Command, run: Run): void {
  program.command('status')
    .summary('how this machine and its vault are')
    .action(run(status))
}

export async function status (context: Context): Promise<undefined> {
  const { out, signal } = context
  await using opened = await openNode(context)
  const { since, ...rest } = await opened.node.status({ signal })
  // opened for this command, it runs for nobody else
  const found = { ...rest, running: opened.running, ...(opened.running && since !== undefined ? { since } : {}) }
  await out.data(found)
  if (out.json) return
  for (const line of describe(found, await opened.node.members({ signal }), context.dir, out.dfs)) await out.line(line)
}

export function describe (status: Status, members: MemberInfo[], dir: string, dfs = 'dfs', now = new Date()): string[] {
  const { disk, refused } = status
  const hostile = Object.entries(refused).filter(([, n]) => n > 0).map(([code, n]) => `${code} ${count(n)}`)
  return [
    [clean(status.label), `${status.role} of ${shortVault(status.vault)}`, running(status, now), presence(status, members, now)].join(' · '),
    `files   ${count(status.files)}, ${bytes(status.bytes)}`,
    `disk    ${bytes(disk.used)} of ${bytes(disk.capacity)} lent · ${bytes(disk.free)} free · in ${home(dir)}`,
    ...(disk.readOnly ? ['        read-only: a write failed. Look at the disk, then start the node again'] : []),
    ...(disk.quarantined > 0 ? [`        ${plural(disk.quarantined, 'damaged block')} put aside in ${home(dir)}/quarantine`] : []),
    ...status.addresses.map((address, i) => `${i === 0 ? 'listens' : '       '} ${address}`),
    ...(hostile.length === 0 ? [] : [`refused ${hostile.join(' · ')}`]),
    ...status.notes.map((text, i) => `${i === 0 ? 'notes' : '     '}   ${note(text, dfs)}`)
  ]
}

function running ({ running, since }: Status, now: Date): string {
  if (!running) return 'not running'
  return since === undefined ? 'running' : `running ${duration(now.getTime() - since.getTime())}`
}

function presence ({ running, members: { total, connected } }: Status, members: MemberInfo[], now: Date): string {
  if (total === 1) return 'the only member'
  if (!running) return plural(total, 'member')
  const away = members.filter(({ self, connected }) => !self && !connected)
    .map(({ label, lastSeen }) => `${clean(label)} away${lastSeen === undefined ? '' : ` since ${when(lastSeen, now)}`}`)
  return `${connected + 1} of ${total} members here${away.length === 0 ? '' : ` (${away.join(', ')})`}`
}
