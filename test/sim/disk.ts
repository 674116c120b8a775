import { DatabaseSync } from 'node:sqlite'
import { addFunctions } from '../../src/index/engine/connection.js'
import { insertEntry } from '../../src/index/queries/entries.js'
import type { IndexDb, SqlValue, Statement, StatementResult } from '../../src/index/engine/index-db.js'
import type { Statement as Opaque } from '../../src/index/statement.js'
import { migrate } from '../../src/index/engine/migrate.js'
import { isHeldRoot } from '../../src/index/queries/groups.js'
import { notMissing } from '../../src/index/queries/missing.js'
import { MIGRATIONS } from '../../src/index/migrations/schema.js'
import { QUARANTINED } from '../../src/index/migrations/store.js'
import { Prepared, runUnits } from '../../src/index/engine/transaction.js'
import type { SimGroup } from './files.js'

const USED = ['entries', 'groups', 'blocks', 'refs', 'missing', 'dead', 'superseded', 'returned', 'promises', 'distrusts', 'spares', 'unlinks', 'digests']
const WRITER = new Uint8Array(32)

/** Tables that a book reads only when it is opened. */
const NOTES = /^(INSERT OR (IGNORE|REPLACE) INTO|DELETE FROM) (promises|distrusts|spares)\b/

/** Of values that are used again and again. */
const keys = new WeakMap<Uint8Array, string>()
function keyOf (value: Uint8Array): string {
  const key = keys.get(value) ?? Buffer.from(value.buffer, value.byteOffset, value.length).toString('latin1')
  keys.set(value, key)
  return key
}

interface Index { readonly sql: DatabaseSync, readonly prepared: Prepared }

/** Making the schema takes longer than many runs of a small vault: indexes of runs that are over are emptied and used again. */
const pool: Index[] = []

function index (): Index {
  const used = pool.pop()
  if (used !== undefined) return used
  const sql = new DatabaseSync(':memory:')
  addFunctions(sql)
  migrate(sql, MIGRATIONS, ':memory:')
  return { sql, prepared: new Prepared(sql) }
}

/** The index of a node, in memory: the schema and the triggers of a real one. It outlives crashes. */
export class SimDisk {
  private readonly index = index()
  /** What was read since the last commit that a later reading could see: looking again takes four fifths of a run otherwise. */
  private readonly answers = new Map<string, Map<string, unknown>>()

  /** A book is opened over it: what it noted is read again. */
  opened (): void { this.answers.clear() }

  /** For another run. */
  recycle (): void {
    this.do(USED.map((table): Statement => [`DELETE FROM ${table}`]))
    pool.push(this.index)
  }

  get<T> (sql: string, ...params: SqlValue[]): T | undefined {
    return this.answer(sql, params, 'get', () => this.index.prepared.get(sql).get(...params)) as T | undefined
  }

  all<T> (sql: string, ...params: SqlValue[]): T[] {
    return this.answer(sql, params, 'all', () => this.index.prepared.get(sql).all(...params)) as T[]
  }

  /** At once, in one transaction. */
  do (statements: readonly Statement[]): StatementResult[] {
    const [result] = runUnits(this.index.sql, this.index.prepared, [[...statements]])
    if (result === undefined || 'failure' in result) throw new Error(result?.failure.message ?? 'no result')
    if (!statements.every(([sql]) => NOTES.test(sql))) this.answers.clear()
    return result.results
  }

  /** An entry came, or is live or dead now. */
  see ({ entry, root, bytes }: SimGroup, live: boolean): void {
    const known = this.get('SELECT 1 AS yes FROM entries WHERE id = ?', entry.id) !== undefined
    this.do([known
      ? ['UPDATE entries SET head = ?, void = ? WHERE id = ?', live ? 1 : 0, live ? 0 : 1, entry.id]
      : insertEntry({ id: entry.id, kind: 'put', writer: WRITER, seq: entry.seq, prev: null, tag: entry.id, clock: 1, parents: new Uint8Array(), root, bytes: Math.ceil(bytes), entry: entry.signed }, live, !live)])
  }

  isHeld ({ root }: SimGroup): boolean { return isHeldRoot(this as unknown as IndexDb, root) }

  private answer (sql: string, params: readonly SqlValue[], how: 'get' | 'all', read: () => unknown): unknown {
    const all = this.answers.get(sql) ?? new Map<string, unknown>()
    this.answers.set(sql, all)
    const key = `${how}${params.map((value) => value instanceof Uint8Array ? keyOf(value) : value).join()}`
    if (!all.has(key)) all.set(key, read())
    return all.get(key)
  }

  /** Some of its blocks were found damaged. */
  damage ({ root }: SimGroup): void {
    this.do([[`UPDATE blocks SET state = ${QUARANTINED} WHERE cid = ?`, root]])
  }

  /** Nothing of it is kept any more. */
  collect ({ root }: SimGroup): void {
    this.do(letGo(root))
  }
}

/** All of it lies here. */
export const holding = (root: Uint8Array): Statement[] => [
  ["INSERT INTO blocks (cid, size, state, kept, verified, bytes) VALUES (?, 1, 0, 0, 1, x'00') ON CONFLICT (cid) DO UPDATE SET state = 0", root],
  ['INSERT OR IGNORE INTO refs SELECT id, id FROM blocks WHERE cid = ?', root],
  notMissing(root)
]

export const letGo = (root: Uint8Array): Statement[] => [
  ['DELETE FROM refs WHERE root IN (SELECT id FROM blocks WHERE cid = ?)', root],
  ['DELETE FROM blocks WHERE cid = ?', root]
]

/** What is read sees what is committed; a write is committed when `commit` says so, and never when its process ended before. */
export class SimDb {
  constructor (private readonly disk: SimDisk, private readonly commit: (apply: () => void) => void) {}

  get<T> (sql: string, ...params: SqlValue[]): T | undefined { return this.disk.get(sql, ...params) }
  all<T> (sql: string, ...params: SqlValue[]): T[] { return this.disk.all(sql, ...params) }

  /** @param done called in the moment of the commit */
  async write (statements: readonly Opaque[], done: () => void = () => {}): Promise<StatementResult[]> {
    return new Promise((resolve, reject) => {
      this.commit(() => {
        try {
          const results = this.disk.do(statements as unknown as readonly Statement[])
          done()
          resolve(results)
        } catch (error) {
          reject(error instanceof Error ? error : new Error('the write failed', { cause: error }))
        }
      })
    })
  }
}
