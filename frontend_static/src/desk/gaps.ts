/** Working days to come that have no roadshow yet: what 天天有路演 must not have. */
import type { CalendarDay } from '@/api/types'

const COUNTED = new Set(['draft', 'published', 'live', 'ended'])

export type Outlook = { workdays: CalendarDay[]; gaps: CalendarDay[]; days_to_first_gap: number | null }

/** The next `count` working days from `today` on, which of them are empty, and how many are filled before the first empty one. */
export function outlookOf(days: readonly CalendarDay[], today: string, count = 20): Outlook {
  const workdays = days.filter((day) => day.date >= today && day.workday === true).slice(0, count)
  const gaps = workdays.filter((day) => !day.roadshows.some((roadshow) => COUNTED.has(roadshow.state)))
  const first = gaps[0] ? workdays.indexOf(gaps[0]) : null
  return { workdays, gaps, days_to_first_gap: first }
}
