/**
 * How a group of units crosses to the writer's thread and back. Structured clone copies the whole buffer behind every
 * view and makes an object of each value, which cost more than the writing itself; so all bytes of a group go in one
 * buffer, SQL texts go once, and the rest is one flat list.
 */
import type { SqlValue, Statement, StatementResult, UnitResult } from './transaction.js'

export interface PackedUnits {
  /** SQL texts that the other side does not know yet; they get the next numbers. */
  texts: string[]
  /** For each unit the count of statements; for each statement its text's number and the count of its values; then these: bytes as true, offset, length. */
  list: Array<number | string | boolean | null>
  bytes: ArrayBuffer
}

/** One for each unit: a failure, or for each statement its count of changes, or its rows. */
export type PackedResults = Array<{ message: string, errcode: number } | Array<number | unknown[]>>

/** Texts with values in them would fill the table; those of this project are constants. */
const MAX_TEXTS = 4096

/** This thread's side. */
export class Packer {
  private readonly numbers = new Map<string, number>()

  pack (units: Statement[][]): PackedUnits {
    const texts: string[] = []
    const list: PackedUnits['list'] = []
    const blobs: Uint8Array[] = []
    let at = 0
    for (const unit of units) {
      list.push(unit.length)
      for (const [sql, ...params] of unit) {
        let number = this.numbers.get(sql)
        if (number === undefined) {
          number = this.numbers.size
          if (number >= MAX_TEXTS) throw new RangeError('more SQL texts than a program of constants has')
          this.numbers.set(sql, number)
          texts.push(sql)
        }
        list.push(number, params.length)
        for (const value of params) {
          if (value instanceof Uint8Array) {
            list.push(true, at, value.length)
            blobs.push(value)
            at += value.length
          } else {
            list.push(value)
          }
        }
      }
    }
    const bytes = new Uint8Array(new ArrayBuffer(at))
    let to = 0
    for (const blob of blobs) {
      bytes.set(blob, to)
      to += blob.length
    }
    return { texts, list, bytes: bytes.buffer }
  }
}

/** The writer's side. */
export class Unpacker {
  private readonly texts: string[] = []

  unpack ({ texts, list, bytes }: PackedUnits): Statement[][] {
    this.texts.push(...texts)
    const units: Statement[][] = []
    let at = 0
    const next = (): number => list[at++] as number
    while (at < list.length) {
      const unit: Statement[] = []
      for (let statements = next(); statements > 0; statements--) {
        const statement: [string, ...SqlValue[]] = [this.texts[next()] ?? '']
        for (let values = next(); values > 0; values--) {
          const value = list[at++]
          statement.push(typeof value === 'boolean' ? new Uint8Array(bytes, next(), next()) : value ?? null)
        }
        unit.push(statement)
      }
      units.push(unit)
    }
    return units
  }
}

export function packResults (results: UnitResult[]): PackedResults {
  return results.map((result) => 'failure' in result ? result.failure : result.results.map(({ changes, rows }) => rows.length === 0 ? changes : rows))
}

export function unpackResults (packed: PackedResults): UnitResult[] {
  return packed.map((unit) => Array.isArray(unit)
    ? { results: unit.map((each): StatementResult => typeof each === 'number' ? { changes: each, rows: [] } : { changes: each.length, rows: each }) }
    : { failure: unit })
}
