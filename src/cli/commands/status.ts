import type { Command } from 'commander'
import type { Fork, MemberInfo, Status } from '../../api/node.js'
import type { Context, Run } from '../context.js'
import { bytes, clean, count, duration, home, note, plural, shortVault, when } from '../format.js'
import { isHere, presence as presenceOf } from '../member-words.js'
import { openNode } from '../open.js'
import { parseWhole } from '../parse.js'

export function defineStatus (program: Command, run: Run): void {
  program.command('status')
    .summary('how this machine and its vault are')
    .option('--wait [n]', 'first wait until N machines, this one included, know all that this one knows now; without N: all of them, also those that are away')
    .action(run(status))
}

export async function status (context: Context, { wait }: { wait?: string | true } = {}): Promise<undefined> {
  const { out, signal } = context
  const members = wait === undefined || wait === true ? 'all' : parseWhole('--wait', wait, 1)
  await using opened = await openNode(context)
  if (wait !== undefined) await opened.node.synced({ members, signal })
  const { since, ...rest } = await opened.node.status({ signal })
  // a node that was opened for this command counts as not running
  const found = { ...rest, running: opened.running, ...(opened.running && since !== undefined ? { since } : {}) }
  await out.data(found)
  if (out.json) return
  for (const line of describe(found, await opened.node.members({ signal }), context.dir, out.dfs)) await out.line(line)
}

export function describe (status: Status, members: MemberInfo[], dir: string, dfs = 'dfs', now = new Date()): string[] {
  const { disk, refused } = status
  const notes = [...forked(status.forks), ...(status.island === undefined ? [] : [island(status.island, now)]), ...status.notes.map((text) => note(text, dfs))]
  const hostile = Object.entries(refused).filter(([, n]) => n > 0).map(([code, n]) => `${code} ${count(n)}`)
  return [
    [clean(status.label), `${status.role} of ${shortVault(status.vault)}`, running(status, now), presence(status, members, now)].join(' · '),
    `files   ${count(status.files)}, ${bytes(status.bytes)}`,
    ...(status.copies === undefined ? [] : [`copies  ${copies(status.copies)}`]),
    ...(status.sync.of === 0 ? [] : [`sync    ${sync(status)}`]),
    `disk    ${bytes(disk.used)} of ${bytes(disk.capacity)} lent · ${bytes(disk.free)} free · in ${home(dir)}`,
    ...garbage(status, now),
    ...(disk.readOnly ? ['        read-only: a write failed. Look at the disk, then start the node again'] : []),
    ...(disk.quarantined > 0 ? [`        ${plural(disk.quarantined, 'damaged block')} put aside in ${home(dir)}/quarantine`] : []),
    ...status.addresses.map((address, i) => `${i === 0 ? 'listens' : '       '} ${address}`),
    ...(status.visitors === 0 ? [] : [`serves  ${plural(status.visitors, 'visitor')} with a link`]),
    ...(hostile.length === 0 ? [] : [`refused ${hostile.join(' · ')}`]),
    ...notes.map((text, i) => `${i === 0 ? 'notes' : '     '}   ${text}`)
  ]
}

/** Returns the line about blocks that are no longer needed and not yet removed. */
function garbage ({ garbage: { dead, trash } }: Status, now: Date): string[] {
  const next = dead?.next === undefined ? '' : `${dead.versions === 1 ? '' : ', the first'} until ${when(dead.next, now)}`
  const parts = [
    ...(trash.blocks === 0 ? [] : [`${bytes(trash.bytes)} of it in the trash`]),
    ...(dead === undefined || dead.versions === 0 ? [] : [`${bytes(dead.bytes)} of ${plural(dead.versions, 'dead version')} kept${next}`])
  ]
  return parts.length === 0 ? [] : [`        ${parts.join(' · ')}`]
}

function running ({ running, since }: Status, now: Date): string {
  if (!running) return 'not running'
  return since === undefined ? 'running' : `running ${duration(now.getTime() - since.getTime())}`
}

/** Up to this many members are named by label; of more, only the number is given. */
const MAX_NAMED = 5

function presence ({ running, members: { total } }: Status, members: MemberInfo[], now: Date): string {
  if (total === 1) return 'the only member'
  if (!running) return plural(total, 'member')
  const away = members.filter((member) => !isHere(member, total))
  const named = away.slice(0, MAX_NAMED).map((member) => `${clean(member.label)} ${presenceOf(member, { running, total, now })}`)
  if (away.length > MAX_NAMED) named.push(`${count(away.length - MAX_NAMED)} more`)
  return `${count(total - away.length)} of ${plural(total, 'member')} here${named.length === 0 ? '' : ` (${named.join(', ')})`}`
}

/**
 * Returns `1,190 versions ok · 14 low (fewer than wanted) · 1 at risk (one copy) · 0 lost (none
 * within reach)`.
 */
function copies ({ ok, low, atRisk, lost }: NonNullable<Status['copies']>): string {
  if (low + atRisk + lost === 0) return ok === 0 ? 'nothing to copy' : `${ok === 1 ? 'the version has' : `all ${plural(ok, 'version')} have`} as many as wanted`
  const parts = [
    ...(low === 0 ? [] : [`${count(low)} low (fewer than wanted)`]),
    ...(atRisk === 0 ? [] : [`${count(atRisk)} at risk (one copy)`]),
    ...(lost === 0 ? [] : [`${count(lost)} lost (no copy within reach)`])
  ]
  return [`${plural(ok, 'version')} ok`, ...parts].join(' · ')
}

/** Returns `in sync with 2 of 3, 12 entries and 1.2 MB to come`. */
function sync ({ running, sync: { inSync, of, entries, versions, bytes: left, rate, waiting } }: Status): string {
  const coming = [
    ...(entries === 0 ? [] : [plural(entries, 'entry', 'entries')]),
    ...(versions === 0 ? [] : [`${bytes(left)} of ${plural(versions, 'version')}`])
  ]
  const come = coming.length === 0 ? 'nothing to come' : `${coming.join(' and ')} to come`
  const speed = rate === undefined || rate === 0 || left === 0 ? '' : ` at ${bytes(rate)} a second, ${duration(Math.max(1000, 1000 * left / rate))} left`
  return `${running ? `in sync with ${count(inSync)} of ${count(of)}, ` : ''}${come}${speed}${waiting === undefined ? '' : ` · waiting: ${clean(waiting)}`}`
}

/** Returns one line for each writer that forked, however often. */
function forked (forks: Fork[]): string[] {
  return [...Map.groupBy(forks, ({ peer }) => peer)].map(([peer, [first, ...more]]) => {
    const number = `its number ${count(first?.seq ?? 0)}${more.length === 0 ? '' : `, and so ${count(more.length)} more ${more.length === 1 ? 'time' : 'times'}`}`
    const why = peer === '' ? 'two owners revoked or set something without knowing of each other' : 'a folder put back from a backup, or a copy of it that runs elsewhere'
    return `${clean(first?.label ?? '')} wrote two entries as ${number}: ${why}. Nothing is lost`
  })
}

function island (since: Date, now: Date): string {
  return `fewer than half of the members are to be reached since ${when(since, now)}: until they are, copies are neither repaired nor let go`
}
