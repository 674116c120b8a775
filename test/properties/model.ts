/** What a set of entries means, as the sentences of protocols/vault/README.md "History" and of its revokes say it; no thought for speed, no line shared with what is tested. */
import { readEntry } from '../../protocols/vault/entry.js'

/** An entry, as far as these sentences speak of it. Ids, keys and tags in hex. */
export interface Line {
  id: string
  kind: string
  writer: string
  seq: number
  prev: string
  /** Of puts, restores and deletes. */
  file?: { tag: string, clock: number, after: string[], seed: string, /** Of puts and restores. */ root?: string }
  /** Of an admit: whom, with which writer key, and by which key it is certified. */
  admit?: { subject: string, writer: string | undefined, by: string }
  /** Of a forget. */
  forget?: { tag: string, versions: string[] }
  /** Of a setting. */
  setting?: Record<string, unknown>
  /** Of a revoke of a member. */
  revoke?: { subject: string, cut: string[] }
}

type FileLine = Line & { file: NonNullable<Line['file']> }

export interface Meaning { waiting: Line[], heads: FileLine[], newest: FileLine | undefined, conflict: boolean }

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const isFile = (line: Line): line is FileLine => line.file !== undefined

export function lineOf (encoded: Uint8Array): Line {
  const entry = readEntry(encoded)
  if (entry.kind === 'unknown') throw new TypeError('a kind that is known')
  const line: Line = { id: hex(entry.id), kind: entry.kind, writer: hex(entry.writer), seq: entry.seq, prev: hex(entry.prev) }
  if ('after' in entry) line.file = { tag: hex(entry.tag), clock: entry.clock, after: entry.after.map(hex), seed: hex(entry.seed), ...('root' in entry ? { root: entry.root.toString() } : {}) }
  if (entry.kind === 'forget') line.forget = { tag: hex(entry.tag), versions: entry.versions.map(hex) }
  if (entry.kind === 'setting') line.setting = entry.settings
  if (entry.kind === 'admit') {
    const { subject, writer, by } = entry.admit.member
    line.admit = { subject: hex(subject), writer: writer === undefined ? undefined : hex(writer), by: hex(by) }
  }
  if (entry.kind === 'revoke' && 'subject' in entry.revoked) line.revoke = { subject: hex(entry.revoked.subject), cut: entry.revoked.cut.map(hex) }
  return line
}

/** What revokes say. `vault`: its key, which is no member's. */
export function standingOf (lines: Line[], vault: string): { isVoid: (line: Line) => boolean, mayWrite: (writer: string) => boolean } {
  const known = new Map(lines.map((line) => [line.id, line]))
  const admits = lines.flatMap((line) => line.admit === undefined ? [] : [{ line, ...line.admit }])
  // "entries of that member's writer key stay when they are in the cut or ancestors (by prev) of it, and under several revokes only when all keep them"
  const keeps = lines.flatMap(({ revoke }) => {
    if (revoke === undefined) return []
    const writers = new Set(admits.filter(({ subject }) => subject === revoke.subject).map(({ writer }) => writer))
    const kept = new Set<string>()
    for (const id of revoke.cut) {
      for (let line = known.get(id); line !== undefined && writers.has(line.writer); line = known.get(line.prev)) kept.add(line.id)
    }
    return [{ writers, kept }]
  })
  const isLeftOut = (line: Line): boolean => keeps.some(({ writers, kept }) => writers.has(line.writer) && !kept.has(line.id))
  // "a writer counts when a chain of admits leads to it without an entry that is void"
  const counts = (writer: string, seen: string[] = []): boolean => writer === vault || admits.some(({ line, by, ...member }) =>
    member.writer === writer && !isLeftOut(line) && (line.writer === writer ? by === vault : !seen.includes(line.writer) && counts(line.writer, [...seen, writer])))
  return {
    isVoid: (line) => !counts(line.writer) || isLeftOut(line),
    mayWrite: (writer) => counts(writer) && !keeps.some(({ writers }) => writers.has(writer))
  }
}

/** Of the name with this tag. */
export function meaningOf (all: Line[], tag: string, vault: string): Meaning {
  const lines = all.filter(isFile).filter(({ file }) => file.tag === tag)
  const { isVoid } = standingOf(all, vault)
  // "all in its `after` are applied, and `clock` is 1 + the highest clock among them, 1 when `after` is empty"; a void one lends its clock
  const applied = new Map<string, FileLine>()
  for (let before = -1; before !== applied.size;) {
    before = applied.size
    for (const line of lines) {
      const parents = line.file.after.map((id) => applied.get(id))
      if (!parents.includes(undefined) && line.file.clock === 1 + Math.max(0, ...parents.map((parent) => parent?.file.clock ?? 0))) applied.set(line.id, line)
    }
  }
  // "an entry covers what its `after` names; a void entry named there stands for its own `after` (and so on)"
  const covers = ({ file }: FileLine): string[] => file.after.flatMap((id) => {
    const named = applied.get(id)
    return named !== undefined && isVoid(named) ? [id, ...covers(named)] : [id]
  })
  const counting = [...applied.values()].filter((line) => !isVoid(line))
  const covered = new Set(counting.flatMap(covers))
  const heads = counting.filter(({ id }) => !covered.has(id)).sort(newestFirst)
  return { waiting: lines.filter(({ id }) => !applied.has(id)), heads, newest: heads[0], conflict: heads.length > 1 }
}

/** "heads, and all others, waiting ones too, that no forget of this tag names. […] Void versions are dead, and a void forget counts for nothing": ids of the live versions. */
export function liveOf (all: Line[], tag: string, vault: string): string[] {
  const { isVoid } = standingOf(all, vault)
  const heads = meaningOf(all, tag, vault).heads.map(({ id }) => id)
  const named = all.filter((line) => line.forget?.tag === tag && !isVoid(line)).flatMap(({ forget }) => forget?.versions ?? [])
  const versions = all.filter((line) => line.file?.tag === tag && line.kind !== 'delete' && !isVoid(line)).map(({ id }) => id)
  return versions.filter((id) => heads.includes(id) || !named.includes(id)).sort()
}

/** "Of all settings of the vault the one with the highest (seq, id) counts" */
export function settingOf (all: Line[]): Record<string, unknown> {
  const settings = all.filter(({ setting }) => setting !== undefined)
  const most = Math.max(0, ...settings.map(({ seq }) => seq))
  return settings.filter(({ seq }) => seq === most).sort((a, b) => a.id < b.id ? 1 : -1)[0]?.setting ?? {}
}

/** Writers with "a gap in seq, a prev that is not the previous entry's, or two entries with one seq". */
export function forkedOf (lines: Line[]): string[] {
  const known = new Map(lines.map((line) => [line.id, line]))
  const wrong = lines.filter((line) => {
    const before = known.get(line.prev)
    const follows = line.seq === 1 || (before?.writer === line.writer && before.seq === line.seq - 1)
    return !follows || lines.some((other) => other !== line && other.writer === line.writer && other.seq === line.seq)
  })
  return [...new Set(wrong.map(({ writer }) => writer))].sort()
}

/** "among heads, a put or restore before a delete, then the highest clock, then the highest id" */
function newestFirst (a: FileLine, b: FileLine): number {
  if ((a.kind === 'delete') !== (b.kind === 'delete')) return a.kind === 'delete' ? 1 : -1
  if (a.file.clock !== b.file.clock) return b.file.clock - a.file.clock
  return a.id < b.id ? 1 : -1
}

/** "`after` is the ids of the heads, at most the 16 newest; `clock` is 1 + the highest clock among those" */
export function nextOf ({ heads }: Meaning): { after: string[], clock: number } {
  const named = heads.slice(0, 16)
  return { after: named.map(({ id }) => id).sort(), clock: 1 + Math.max(0, ...named.map(({ file }) => file.clock)) }
}
