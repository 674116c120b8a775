const DAY_MS = 86_400_000

/** Returns `09:12` for a time of the last day, else also the date; local time of this machine. */
export function when (time: number): string {
  const at = new Date(time)
  const clock = at.toTimeString().slice(0, 5)
  return Date.now() - time < DAY_MS ? clock : `${at.toISOString().slice(0, 10)} ${clock}`
}
