import type { Command } from 'commander'
import type { MemberKnows, NotHere, VersionInfo, Why } from '../../api/node.js'
import type { Context, Run } from '../context.js'
import { bytes, clean, duration, plural, quote, shortVersion, table, when } from '../format.js'
import { presence } from '../member-words.js'
import { oneFile } from '../one-file.js'
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
  const found = await oneFile(context, opened.node, name, async () => opened.node.why(name, { signal }))
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
  if (here !== undefined) lines.push(readable(found, { running, dfs, now }), ...copiesOf(found, running))
  const rows = [
    ...(here === undefined ? [] : [['this machine', onThis(here)]]),
    ...members.map((member) => [clean(member.label), onOther(member, { running, total: members.length + 1, now, deleted: current.kind === 'delete' })])
  ]
  return rows.length === 0 ? lines : [...lines, '', ...table(rows)]
}

const content = ({ kind, size, version }: VersionInfo): string => `${kind === 'delete' ? '' : size === undefined ? 'of unknown size, ' : `${bytes(size)}, `}version ${shortVersion(version)}`

const DID: Record<VersionInfo['kind'], string> = { put: 'put', restore: 'restored', delete: 'deleted' }

/** Returns `nas put it, 09:12`. */
function did ({ writer, kind, time, note }: VersionInfo, now: Date): string {
  return `${writer.label === '' ? 'A machine that is no member' : clean(writer.label)} ${DID[kind]} it, ${when(time, now)}${note === undefined ? '' : ` (${clean(note)})`}`
}

/** Returns true when the member said that it holds the whole version and no proof failed. */
const hasIt = ({ has, word, failed }: MemberKnows): boolean => failed === undefined && (has === undefined ? word !== undefined : has.state === 'held')

/** Returns a sentence that says whether a get would succeed. */
function readable ({ here, members }: Why, { running, now }: Setting): string {
  if (here?.whole === true) return 'It can be read here, whoever else is away.'
  if (!running) return 'To read it here another machine that has it must be running.'
  const connected = members.filter((member) => member.connected)
  const sure = connected.filter(hasIt).map(({ label }) => clean(label))
  if (sure.length > 0) return `It can be read here while ${sure.join(' or ')} is there.`
  if (connected.some(({ has }) => has === undefined)) return 'It can be read here if one of the machines that are here has it.'
  const away = members.filter((member) => !member.connected && (hasIt(member) || member.wrote)).slice(0, NAMED)
    .map((member) => `${clean(member.label)} ${hasIt(member) ? 'has it' : 'wrote it'} and is ${presence({ ...member, self: false }, { running, total: members.length + 1, ...(now === undefined ? {} : { now }) })}`)
  const until = away.length === 0 ? '' : ` ${away.join('; ')}.`
  return `It cannot be read here now: ${connected.length === 0 ? 'no other machine is there' : 'no machine that is here has it'}.${until}`
}

/** A sentence names at most this many members. */
const NAMED = 3
const list = (members: MemberKnows[]): string => members.slice(0, NAMED).map(({ label }) => clean(label)).join(' and ') + (members.length > NAMED ? ` and ${members.length - NAMED} more` : '')

/** Returns how many of the wanted copies exist, and what happens next. */
function copiesOf ({ copies, here, should, members }: Why, running: boolean): string[] {
  // a node without connections knows only its own copy
  if (copies === undefined || !running) return []
  const { wanted, held, lending, graceMs } = copies
  const asked = wanted === 'all' ? lending : wanted
  const most = Math.min(asked, lending)
  const few = asked > lending ? ` (${asked} are asked for, and ${lending === 0 ? 'no machine lends' : `only ${plural(lending, 'machine lends', 'machines lend')}`} space)` : ''
  if (held >= most) return [`Copies: ${held}, ${held > most ? `${most} are wanted; what is too much goes after a while` : 'as many as are wanted'}${few}.`]
  const head = `Copies: ${held} of ${most}${few}.`
  const coming = members.filter(({ has, connected }) => connected && has?.state === 'coming')
  const lacks = members.filter((member) => member.should === true && !hasIt(member) && !coming.includes(member))
  const away = members.filter((member) => member.should === true && !member.connected)
  const cannot = lacks.filter(({ connected, has }) => connected && has?.state === 'cannot')
  // a member that is not named and lends space may hold a copy instead
  const others = members.filter((member) => member.should !== true && member.connected && member.lends !== false && !hasIt(member))
  const further = others.some(({ has }) => has?.state !== 'cannot') || (should !== true && here?.whole === false && here.why === 'elsewhere')
  const none = (word: 'other' | 'further'): string => others.length === 0
    ? `no ${word} machine is here to make one`
    : `${list(others)} cannot either. Lend more on one of them:  dfs config capacity SIZE`
  const rest = lacks.filter((member) => member.connected && !cannot.includes(member))
  const next = [
    ...(coming.length === 0 ? [] : [`${coming.slice(0, NAMED).map(({ label, has }) => `${clean(label)} is copying it (${has?.percent ?? 0} %)`).join(', ')}`]),
    ...(should === true && here?.whole === false ? [`This machine ${NOT_HERE[here.why ?? 'turn']}`] : []),
    ...(rest.length === 0 ? [] : [`${list(rest)} ${rest.length === 1 ? 'is' : 'are'} to copy it`]),
    ...(held === 0 || away.length === 0 ? [] : [`${list(away)} should have ${away.length === 1 ? 'a copy and is' : 'copies and are'} away${further ? `: after ${duration(graceMs)} without a sign another machine makes one` : `, and ${none('other')}`}`]),
    ...(cannot.length === 0 ? [] : [`${list(cannot)} should have a copy and cannot take one (no room, or put away there): ${further ? 'the next machine in order makes one' : none('further')}`])
  ]
  return [[head, ...next.map((text) => `${text}.`)].join(' ')]
}

const NOT_HERE: Record<NotHere, string> = {
  elsewhere: 'holds none of it: other machines are to, and it is read from them',
  capacity: 'lends no space, and reads it from others',
  'let go': 'let its copy go',
  invalid: 'keeps none of it: it breaks a rule of the format',
  damaged: 'has a damaged copy, and fetches what is wrong from the first machine that has it',
  active: 'is copying it now',
  turn: 'will copy it, after others',
  room: 'has no room for it',
  disk: 'takes nothing: its disk failed',
  members: 'will copy it when another machine is there',
  holders: 'will copy it when a machine is there that has it'
}

const onThis = (here: NonNullable<Why['here']>): string => here.whole ? 'all of it is on this disk' : NOT_HERE[here.why ?? 'turn']

const HAS: Record<NonNullable<MemberKnows['has']>['state'], string> = {
  held: 'has all of it',
  coming: 'is copying it',
  leaving: 'is letting its copy go, others have promised theirs',
  cannot: 'has none of it, and no room (or it was put away there)',
  none: 'has none of it'
}

function onOther (member: MemberKnows, { deleted, ...seen }: { running: boolean, total: number, now: Date, deleted: boolean }): string {
  const { wrote, knows, lends } = member
  return [
    presence({ ...member, self: false }, seen),
    wrote ? 'wrote it' : knows ? 'knows of it' : 'may not know of it yet',
    ...(deleted ? [] : has(member, seen.now)),
    ...(lends === false && !deleted ? ['lends no space'] : [])
  ].join(' · ')
}

/** Returns what the member said of its copy, and when, unless that was just now. */
function has ({ has: said, word, failed, connected, should }: MemberKnows, now: Date): string[] {
  if (failed !== undefined) return [`said that it has it and did not prove it (${failed === 'wrong' ? 'its bytes were wrong' : 'it lacked some'}): does not count until it does`]
  if (said === undefined) return word === undefined ? (should === true ? ['should have a copy'] : []) : [`said at ${when(word, now)} that all of it is on its disk`]
  const { state, percent, asked } = said
  if (!connected) return state === 'held' ? [`said at ${when(asked, now)} that it has all of it`] : [`said at ${when(asked, now)} that it has not all of it`]
  return [`${HAS[state]}${state === 'coming' ? `, ${percent ?? 0} %` : ''}${should === true && state === 'none' ? ', and is to copy it' : ''}`]
}
