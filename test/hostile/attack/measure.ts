/** What an attack costs what is honest: a run under attack, against runs without one around it. */
import type { Battle, Outcome } from './battle.js'

/** Runs without an attack whose middle counts: they drift with the machine. */
const NEAREST = 3
/** One without an attack stands for so many runs under one. */
const RUNS_A_QUIET_ONE = 2
/** A run that says too much is repeated so often, and the middle of them counts: somebody else may have been at work. */
const REPEATS = 2
/** And in all, so that a long run ends. */
const MAX_REPEATS = 40

export interface Row extends Outcome {
  /** Of the honest transfer: with the attack, of that without. */
  speed: number
  /** Cores of those that are honest which the attack takes: what their puts cost more than without it, a second. */
  cost: number
  /** The same of all that they use, which is 1 at the most, however few cores somebody else at work leaves to them. */
  share: number
}

export class Measure {
  readonly rows: Row[] = []
  readonly #quiet: Outcome[] = []
  #runs = 0
  #repeats = 0

  /** @param bytes of a put */
  constructor (private battle: Battle, private readonly bytes: number) {}

  /** From now on it is fought there. */
  moveTo (battle: Battle): void {
    this.battle = battle
    this.#quiet.length = this.#runs = 0
  }

  /** One run, or where `isEnough` says no, the middle of three by their cost. */
  async row (names: string[], isEnough: (row: Row) => boolean): Promise<Row> {
    const tries = [await this.#once(names)]
    while (tries.length <= REPEATS && !isEnough(middle(tries, ({ cost }) => cost)) && this.#repeats++ < MAX_REPEATS) tries.push(await this.#once(names))
    const row = middle(tries, ({ cost }) => cost)
    const speed = middle(tries, (one) => one.speed).speed
    // of what must not happen at all, the worst counts
    const worst = (what: 'peakMiB' | 'delayMs' | 'kadMs' | 'admittedMs'): number => Math.max(...tries.map((one) => one[what]))
    const counted = { ...row, speed, peakMiB: worst('peakMiB'), delayMs: worst('delayMs'), kadMs: worst('kadMs'), admittedMs: worst('admittedMs') }
    this.rows.push(counted)
    return counted
  }

  async #once (names: string[]): Promise<Row> {
    if (this.#runs++ % RUNS_A_QUIET_ONE === 0) this.#quiet.push(await this.battle.run([], this.bytes))
    const nearest = this.#quiet.slice(-NEAREST)
    const outcome = await this.battle.run(names, this.bytes)
    const [{ putMs }, { putCpu }] = [middle(nearest, (one) => one.putMs), middle(nearest, (one) => one.putCpu)]
    const more = outcome.putCpu - putCpu
    return { ...outcome, speed: putMs / outcome.putMs, cost: more * 1000 / outcome.putMs, share: more / outcome.putCpu }
  }
}

export function middle<T> (all: T[], by: (one: T) => number): T {
  const sorted = [...all].sort((a, b) => by(a) - by(b))
  const found = sorted[Math.floor(sorted.length / 2)]
  if (found === undefined) throw new Error('none of nothing')
  return found
}

const COLUMNS: Array<[title: string, of: (row: Row) => string]> = [
  ['speed', ({ speed }) => speed.toFixed(2)],
  ['cost, cores', ({ cost }) => cost.toFixed(2)],
  ['of theirs', ({ share }) => share.toFixed(2)],
  ['node, cores', ({ nodeCpu }) => nodeCpu.toFixed(2)],
  ['its loop', ({ loopCpu }) => loopCpu.toFixed(2)],
  ['attackers', ({ attackerCpu }) => attackerCpu.toFixed(2)],
  ['peak, MiB', ({ peakMiB }) => peakMiB.toFixed(0)],
  ['pause, ms', ({ delayMs }) => delayMs.toFixed(0)],
  ['kad, ms', ({ kadMs, kadMessages }) => kadMessages === 0 ? '' : kadMs.toFixed(1)],
  ['member in, ms', ({ admittedMs }) => admittedMs.toFixed(0)]
]

/** All rows, a line each. */
export function table (rows: Row[]): string {
  const cells = [['behaviour', ...COLUMNS.map(([title]) => title)], ...rows.map((row) => [row.names.join(' + '), ...COLUMNS.map(([, of]) => of(row))])]
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? []
  return cells.map((line) => line.map((cell, column) => column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)).join('  ')).join('\n')
}

/** One line about them all. */
export function summary (rows: Row[]): string {
  const most = (of: (row: Row) => number): number => Math.max(...rows.map(of))
  return `honest speed: middle ${middle(rows, ({ speed }) => speed).speed.toFixed(2)}, lowest ${Math.min(...rows.map(({ speed }) => speed)).toFixed(2)}; ` +
    `cost: middle ${middle(rows, ({ cost }) => cost).cost.toFixed(2)}, most ${most(({ cost }) => cost).toFixed(2)} cores; peak ${most(({ peakMiB }) => peakMiB).toFixed(0)} MiB; ` +
    `a message of the DHT at most ${most(({ kadMs }) => kadMs).toFixed(1)} ms of processor time; a member in after ${most(({ admittedMs }) => admittedMs).toFixed(0)} ms at most`
}
