/**
 * A command does one thing to each of many files: several at once, reported in the order of the
 * files.
 */
import type { Context } from '../context.js'
import { EXIT } from '../exit-codes.js'
import { plural } from '../format.js'
import { isOfOneFile, Tally } from './tally.js'

export interface EachFile<T extends { name: string }, R> {
  rows: AsyncIterable<T>
  /** At most this many files are worked on at once. */
  most: number
  work: (row: T) => Promise<R>
  /** Prints the result of one file; called one at a time, in the order of the rows. */
  tell: (row: T, result: R) => Promise<void>
  /** The words for finished files after Ctrl-C or a failure: `are deleted`. */
  done: string
}

/** The result; `code` is set when some files failed or the command was ended. */
export interface Ended { done: number, code: number | undefined }

/**
 * Does `work` for each file. A file that fails is named, and the others go on. Ctrl-C begins no
 * more work and lets running work end. Memory holds only the running work, however many files there
 * are.
 *
 * @throws the first failure that concerns all files, once running work has ended and is reported
 */
export async function eachFile<T extends { name: string }, R> (context: Context, { rows, most, work, tell, done }: EachFile<T, R>): Promise<Ended> {
  const { out, signal } = context
  const tally = new Tally(context, '', undefined, false)
  const running: Array<{ row: T, result: Promise<Settled<R>> }> = []
  const next = async (): Promise<void> => {
    const first = running.shift()
    if (first !== undefined) await take(first.row, await first.result, tally, tell)
  }
  try {
    for await (const row of rows) {
      if (signal.aborted) break
      if (running.length >= most) await next()
      running.push({ row, result: settled(work(row)) })
    }
    while (running.length > 0) await next()
    signal.throwIfAborted()
  } catch (error) {
    // only the first failure is thrown: another that concerns all files adds nothing
    await Promise.all(running.map(async ({ row, result }) => take(row, await result, tally, tell).catch(() => {})))
    if (tally.done > 0) tally.say(`${signal.aborted ? 'Stopped' : 'Ended'} after ${plural(tally.done, 'file')}. They ${done}; the same command goes on with the rest.`)
    if (signal.aborted && !out.json && tally.done > 0) return { done: tally.done, code: EXIT.interrupted }
    throw error
  }
  if (tally.failed > 0) out.talk(`${plural(tally.failed, 'file')} could not be done: see above.`)
  return { done: tally.done, code: tally.code() }
}

type Settled<R> = { value: R } | { error: unknown }

const settled = async <R> (result: Promise<R>): Promise<Settled<R>> => result.then((value) => ({ value }), (error: unknown) => ({ error }))

async function take<T extends { name: string }, R> (row: T, result: Settled<R>, tally: Tally, tell: EachFile<T, R>['tell']): Promise<void> {
  if ('value' in result) {
    tally.moved(0)
    return tell(row, result.value)
  }
  if (!isOfOneFile(result.error)) throw result.error
  tally.fail(row.name, result.error as Error)
}
