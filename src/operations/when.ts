const DAY_MS = 86_400_000

/** `09:12` within a day, else with the date; local time of this machine. */
export function when (time: number): string {
  const at = new Date(time)
  const clock = at.toTimeString().slice(0, 5)
  return Date.now() - time < DAY_MS ? clock : `${at.toISOString().slice(0, 10)} ${clock}`
}
