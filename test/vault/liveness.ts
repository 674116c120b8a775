/** What an index says of the lives of its versions, and what the entries in it say. */
import { applyHistory, liveVersions } from '../../protocols/vault/history.js'
import { entriesOfTag } from '../../src/index/queries/entries.js'
import type { IndexDb } from '../../src/index/engine/index-db.js'
import { historyRows, readStored } from '../../src/vault/entries/entry-rows.js'

/** Ids in hex, sorted. */
export interface Lives { live: string[], dead: string[], superseded: string[], missing: string[], forgets: string[] }

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

export function shownLives (db: IndexDb): Lives {
  const ids = (sql: string): string[] => db.all<{ id: Uint8Array }>(sql).map(({ id }) => hex(id)).sort()
  return {
    live: ids('SELECT id FROM entries WHERE root IS NOT NULL AND id NOT IN (SELECT entry FROM dead)'),
    dead: ids('SELECT d.entry AS id FROM dead AS d JOIN entries AS e ON e.id = d.entry AND e.root = d.root'),
    superseded: ids('SELECT s.entry AS id FROM superseded AS s JOIN entries AS e ON e.id = s.entry AND e.tag = s.tag'),
    missing: ids('SELECT entry AS id FROM missing'),
    forgets: db.all<{ version: Uint8Array, tag: Uint8Array, n: number }>('SELECT version, tag, n FROM forgotten WHERE n <> 0').map(({ version, tag, n }) => `${hex(version)} ${hex(tag)} ${n}`).sort()
  }
}

/** By the function that other implementations would write; which entries are void the index is believed. `whole`: roots (hex) that are here. */
export function expectedLives (db: IndexDb, whole: ReadonlySet<string> = new Set()): Lives {
  const lives: Lives = { live: [], dead: [], superseded: [], missing: [], forgets: [] }
  for (const { tag } of db.all<{ tag: Uint8Array }>('SELECT DISTINCT tag FROM entries WHERE tag IS NOT NULL')) {
    const rows = entriesOfTag(db, tag)
    const voids = new Set(rows.filter((row) => row.void === 1).map(({ id }) => hex(id)))
    const isVoid = (id: Uint8Array): boolean => voids.has(hex(id))
    const history = applyHistory(historyRows(rows), { isVoid })
    const forgets = rows.map(({ entry }) => readStored(entry)).filter((entry) => entry.kind === 'forget')
    const live = new Set(liveVersions(history, forgets, { isVoid }).map(({ id }) => hex(id)))
    const heads = new Set(history.heads.map(({ id }) => hex(id)))
    for (const { id, root } of rows) {
      if (root === null) continue
      lives[live.has(hex(id)) ? 'live' : 'dead'].push(hex(id))
      if (live.has(hex(id)) && !heads.has(hex(id))) lives.superseded.push(hex(id))
      if (live.has(hex(id)) && !whole.has(hex(root))) lives.missing.push(hex(id))
    }
    const named = forgets.filter(({ id }) => !isVoid(id)).flatMap(({ versions }) => versions.map(hex))
    lives.forgets.push(...[...new Set(named)].map((version) => `${version} ${hex(tag)} ${named.filter((other) => other === version).length}`))
  }
  for (const list of Object.values(lives) as string[][]) list.sort()
  return lives
}
