import type { DatabaseSync } from 'node:sqlite'
import { IndexDamagedError, NewerFormatError } from '../../errors.js'

/**
 * SQL scripts. Script n (from 1) brings the schema from version n - 1 to n. Scripts are only ever
 * appended.
 */
export type Migrations = readonly string[]

/**
 * Migrates the schema to the newest version, one transaction a step. The version is PRAGMA
 * user_version.
 * @throws NewerFormatError when a newer program wrote the file
 * @throws IndexDamagedError when the file has tables but no version: it is another program's, or
 * was cut
 */
export function migrate (db: DatabaseSync, migrations: Migrations, path: string): void {
  const version = versionOf(db)
  if (version > migrations.length) {
    throw new NewerFormatError(`The index ${path} has schema version ${version}, this program knows ${migrations.length}. Install a newer dfs`)
  }
  if (version === 0 && db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined) {
    throw new IndexDamagedError(`The index ${path} has tables but no schema version. It is left as it is`)
  }
  for (const [step, script] of migrations.entries()) {
    if (step < version) continue
    db.exec('BEGIN IMMEDIATE')
    try {
      db.exec(script)
      db.exec(`PRAGMA user_version = ${step + 1}`)
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }
}

export function versionOf (db: DatabaseSync): number {
  const row = db.prepare('PRAGMA user_version').get()
  return Number(row?.['user_version'] ?? 0)
}
