import type { Command } from 'commander'
import type { MemberKnows, NotHere, VersionInfo, Why } from '../../interface.js'
import type { Context, Run } from '../context.js'
import { bytes, clean, plural, quote, shortVersion, table, when } from '../format.js'
import { presence } from '../member-words.js'
import { openNode } from '../open.js'

export function defineWhy (program: Command, run: Run): void {
  program.command('why <name>')
    .summary('why a file is as it is, and who has what of it')
    .description('Says what this machine knows of a file: what it means and since when, what is in conflict, what of it is here, and what other machines have.')
    .action(run(why))
}

export async function why (context: Context, name: string): Promise<undefined> {
  const { out, signal } = context
  await using opened = await openNode(context)
  const found = await opened.node.why(name, { signal })
  await out.data(found)
  for (const line of describe(found, { running: opened.running, dfs: out.dfs })) await out.line(line)
}

interface Setting { running: boolean, dfs: string, now?: Date }

export function describe (found: Why, { running, dfs, now = new Date() }: Setting): string[] {
  const { name, current, versions, conflict, last, here, members } = found
  const word = quote(name)
  const older = versions === 1 ? '' : `  ${plural(versions, 'entry', 'entries')} in its history:  ${dfs} log ${word}`
  const lines = [
    current.kind === 'delete' ? `${clean(name)} is deleted.` : `${clean(name)}  ${content(current)}`,
    `${did(current, now)}.${older}`
  ]
  if (last !== undefined) {
    lines.push(`Before that it was ${content(last)}, ${last.here === true ? 'all of which is on this disk' : 'of which not all is on this disk'}. To take it back:  ${dfs} restore ${word}`)
  }
  if (current.state !== 'head') lines.push(current.state === 'void' ? 'It counts for nothing: its writer was revoked.' : 'It does not count yet: what it stands on has not come to this machine.')
  if (current.unreadable === true) lines.push('Nobody can read it: what its writer sealed does not open.')
  if (conflict.length > 0) {
    lines.push(`Conflict: without knowledge of ${conflict.length === 1 ? 'it' : 'it and of each other'}`, ...conflict.map((other) => `  ${did(other, now)}  ${content(other)}`),
      `The next put ends it; to take another one instead:  ${dfs} restore ${word} VERSION`)
  }
  if (here !== undefined) lines.push(readable(found, running))
  const rows = [
    ...(here === undefined ? [] : [['this machine', onThis(here)]]),
    ...members.map((member) => [clean(member.label), onOther(member, { running, total: members.length + 1, now, deleted: current.kind === 'delete' })])
  ]
  return rows.length === 0 ? lines : [...lines, '', ...table(rows)]
}

const content = ({ kind, size, version }: VersionInfo): string => `${kind === 'delete' ? '' : size === undefined ? 'of unknown size, ' : `${bytes(size)}, `}version ${shortVersion(version)}`

const DID: Record<VersionInfo['kind'], string> = { put: 'put', restore: 'restored', delete: 'deleted' }

/** `nas put it, 09:12` */
function did ({ writer, kind, time, note }: VersionInfo, now: Date): string {
  return `${writer.label === '' ? 'A machine that is no member' : clean(writer.label)} ${DID[kind]} it, ${when(time, now)}${note === undefined ? '' : ` (${clean(note)})`}`
}

/** Whether a get would succeed, in a sentence. */
function readable ({ here, members }: Why, running: boolean): string {
  if (here?.whole === true) return 'It can be read here, whoever else is away.'
  if (!running) return 'To read it here another machine that has it must be running.'
  const connected = members.filter((member) => member.connected)
  const sure = connected.filter(({ word }) => word !== undefined).map(({ label }) => clean(label))
  if (sure.length > 0) return `It can be read here while ${sure.join(' or ')} is there.`
  return connected.length > 0 ? 'It can be read here if one of the machines that are here has it.' : 'It cannot be read here now: no other machine is there.'
}

const NOT_HERE: Record<NotHere, string> = {
  elsewhere: 'holds none of it: other machines are to, and it is read from them',
  capacity: 'lends no space, and reads it from others',
  'let go': 'let its copy go',
  invalid: 'keeps none of it: it breaks a rule of the format',
  active: 'is copying it now',
  turn: 'will copy it, after others',
  room: 'has no room for it',
  disk: 'takes nothing: its disk failed',
  members: 'will copy it when another machine is there',
  holders: 'will copy it when a machine is there that has it'
}

const onThis = (here: NonNullable<Why['here']>): string => here.whole ? 'all of it is on this disk' : NOT_HERE[here.why ?? 'turn']

function onOther (member: MemberKnows, { deleted, ...seen }: { running: boolean, total: number, now: Date, deleted: boolean }): string {
  const { wrote, knows, word, lends } = member
  return [
    presence({ ...member, self: false }, seen),
    wrote ? 'wrote it' : knows ? 'knows of it' : 'may not know of it yet',
    ...(word === undefined || deleted ? [] : [`said at ${when(word, seen.now)} that all of it is on its disk`]),
    ...(lends === false && !deleted ? ['lends no space'] : [])
  ].join(' · ')
}
