/**
 * Packed units cross to the writer's thread. Structured clone copies the whole buffer behind every
 * view and makes an object of each value, which cost more than the write itself. So all bytes of a
 * group go in one buffer, each SQL text goes once, and the rest is one flat list.
 */
import type { SqlValue, Statement, StatementResult, UnitResult } from './transaction.js'

export interface PackedUnits {
  /** SQL texts that the other side does not know yet. Their numbers go on from the last one. */
  texts: string[]
  /**
   * The list holds for each unit its number of statements; for each statement the number of its
   * text and the number of its values; then the values. Bytes are the three items true, offset,
   * length.
   */
  list: Array<number | string | boolean | null>
  bytes: ArrayBuffer
}

/** One item for each unit: a failure, or a list with the changes or the rows of each statement. */
export type PackedResults = Array<{ message: string, errcode: number } | Array<number | unknown[]>>

/** Texts with values in them would fill the table; the texts of this project are constants. */
const MAX_TEXTS = 4096

/** The packer is the sender's side. */
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

/** The unpacker is the writer's side. */
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
