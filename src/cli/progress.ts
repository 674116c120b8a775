/** One line on stderr shows the progress of a transfer, only where a person sees it. */
import { bytes, clean, duration } from './format.js'
import type { Sink } from './world.js'

const REDRAW_MS = 100
const CELLS = 24
const RATE_WINDOW_MS = 5_000

export interface Bar {
  /** Shows the bytes so far, and the total when it is known; `more` stands before them. */
  update: (done: number, total?: number, more?: string) => void
  /** Replaces the figures by a text, such as the reason for a wait. */
  note: (text: string) => void
  /** Removes the line. */
  clear: () => void
}

const NONE: Bar = { update: () => {}, note: () => {}, clear: () => {} }

/**
 * Makes a progress bar.
 *
 * @param shown false where no person sees it: the bar then writes nothing
 */
export function progressBar (sink: Sink, title: string, shown: boolean, now: () => number = Date.now): Bar {
  if (!shown) return NONE
  const marks: Array<{ at: number, done: number }> = []
  let drawn = -Infinity
  const draw = (text: string): void => {
    const line = `${clean(title)}  ${text}`
    sink.write(`\r\u001b[K${line.slice(0, Math.max(20, (sink.columns ?? 80) - 1))}`)
  }
  return {
    update: (done, total, more) => {
      const at = now()
      if (at - drawn < REDRAW_MS) return
      drawn = at
      marks.push({ at, done })
      while (marks.length > 1 && at - (marks[0]?.at ?? at) > RATE_WINDOW_MS) marks.shift()
      draw(`${more === undefined ? '' : `${more}  `}${figures(done, total, rate(marks))}`)
    },
    note: (text) => {
      drawn = now()
      draw(clean(text))
    },
    clear: () => {
      if (drawn !== -Infinity) sink.write('\r\u001b[K')
      drawn = -Infinity
    }
  }
}

/** Returns the bytes a second over the last seconds. */
function rate (marks: Array<{ at: number, done: number }>): number {
  const [first] = marks
  const last = marks.at(-1)
  if (first === undefined || last === undefined || last.at === first.at) return 0
  return (last.done - first.done) / (last.at - first.at) * 1000
}

export function figures (done: number, total: number | undefined, perSecond: number): string {
  const speed = perSecond > 0 ? `  ${bytes(perSecond)}/s` : ''
  if (total === undefined || total === 0) return `${bytes(done)}${speed}`
  const share = Math.min(1, done / total)
  const full = Math.round(share * CELLS)
  const left = perSecond > 0 && share < 1 ? `  ${duration(Math.max(1000, (total - done) / perSecond * 1000))} left` : ''
  return `${'━'.repeat(full)}${'┄'.repeat(CELLS - full)}  ${Math.floor(share * 100)} %  ${bytes(done)} of ${bytes(total)}${speed}${left}`
}
