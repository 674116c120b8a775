import type { DatabaseSync, StatementSync } from 'node:sqlite'

export type SqlValue = Uint8Array | string | number | null

/** One SQL statement and the values of its question marks. */
export type Statement = readonly [sql: string, ...params: SqlValue[]]

/**
 * The result of one statement: the number of changed rows, and the rows of a SELECT or RETURNING.
 */
export interface StatementResult {
  changes: number
  rows: unknown[]
}

/** A failure of the database as it crosses a thread; `errcode` is SQLite's extended result code. */
export interface SqlFailure {
  message: string
  errcode: number
}

export type UnitResult = { results: StatementResult[] } | { failure: SqlFailure }

/**
 * A connection keeps at most this many prepared statements. SQL texts of this project are
 * constants, so the bound is never reached.
 */
const MAX_PREPARED = 512

/** A prepared statement; `rows` is true when it returns rows. */
interface PreparedStatement {
  statement: StatementSync
  rows: boolean
}

export class Prepared {
  private readonly kept = new Map<string, PreparedStatement>()

  constructor (private readonly db: DatabaseSync) {}

  get (sql: string): StatementSync {
    return this.with(sql).statement
  }

  with (sql: string): PreparedStatement {
    let prepared = this.kept.get(sql)
    if (prepared === undefined) {
      if (this.kept.size >= MAX_PREPARED) this.kept.clear()
      const statement = this.db.prepare(sql)
      this.kept.set(sql, prepared = { statement, rows: statement.columns().length > 0 })
    }
    return prepared
  }
}

/**
 * Runs units in one transaction, each in a savepoint of its own. A failed unit leaves nothing and
 * does not disturb the others. When the transaction itself fails (disk full, I/O error), every unit
 * has failed.
 */
export function runUnits (db: DatabaseSync, prepared: Prepared, units: Statement[][]): UnitResult[] {
  const results: UnitResult[] = []
  try {
    prepared.get('BEGIN IMMEDIATE').run()
    for (const unit of units) {
      const result = runUnit(db, prepared, unit)
      if ('failure' in result && !db.isTransaction) return units.map(() => result) // SQLite rolled back the whole transaction
      results.push(result)
    }
    prepared.get('COMMIT').run()
    return results
  } catch (error) {
    const failure = asFailure(error)
    if (db.isTransaction) db.exec('ROLLBACK')
    return units.map(() => ({ failure }))
  }
}

function runUnit (db: DatabaseSync, prepared: Prepared, unit: Statement[]): UnitResult {
  prepared.get('SAVEPOINT unit').run()
  try {
    const results = unit.map(([sql, ...params]): StatementResult => {
      const { statement, rows: gives } = prepared.with(sql)
      if (!gives) return { changes: Number(statement.run(...params).changes), rows: [] }
      const rows = statement.all(...params)
      return { changes: rows.length, rows }
    })
    prepared.get('RELEASE unit').run()
    return { results }
  } catch (error) {
    if (db.isTransaction) {
      prepared.get('ROLLBACK TO unit').run()
      prepared.get('RELEASE unit').run()
    }
    return { failure: asFailure(error) }
  }
}

export function asFailure (error: unknown): SqlFailure {
  const message = error instanceof Error ? error.message : String(error)
  const errcode = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0
  return { message, errcode }
}
