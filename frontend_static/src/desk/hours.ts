/** Weekly opening hours: weekday "0" (Monday) to "6" → windows of that day. */
import type { Hours } from '@/api/deskTypes'

export type HoursRun = { from: number; to: number; windows: [string, string][] }

/** Neighbouring days with equal hours as one run; closed days are left out. */
export function hoursRuns(hours: Hours): HoursRun[] {
  const runs: HoursRun[] = []
  for (let day = 0; day < 7; day += 1) {
    const windows = hours[String(day)] ?? []
    if (!windows.length) continue
    const last = runs.at(-1)
    if (last && last.to === day - 1 && JSON.stringify(last.windows) === JSON.stringify(windows)) last.to = day
    else runs.push({ from: day, to: day, windows })
  }
  return runs
}

export type HoursFault = 'backwards' | 'overlap'

/** What is wrong with the windows of a day, if anything. */
export function faultOf(windows: readonly [string, string][]): HoursFault | null {
  if (windows.some(([start, end]) => !(end > start))) return 'backwards'
  const sorted = [...windows].sort((a, b) => a[0].localeCompare(b[0]))
  return sorted.some((window, at) => at > 0 && window[0] < sorted[at - 1]![1]) ? 'overlap' : null
}
