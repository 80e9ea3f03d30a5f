/** The calendar's arithmetic: weeks of a month, what a day is, how full it is. */
import type { CalendarDay, Locale, RoadshowCard } from '@/api/types'
import { shiftDay, weekdayOf } from '@/format/dates'

export type DayKind = 'gap' | 'filled' | 'rest' | 'unknown'

export const held = (day: CalendarDay): RoadshowCard[] => day.roadshows.filter((roadshow) => roadshow.state !== 'cancelled')

/** A working day without a roadshow is a gap; a year the holiday table does not know is unknown, never guessed. */
export function kindOf(day: CalendarDay): DayKind {
  if (held(day).length) return 'filled'
  if (day.workday === null) return 'unknown'
  return day.workday ? 'gap' : 'rest'
}

/** A weekend day that is worked, or a weekday off. */
export function swapOf(day: CalendarDay): 'work' | 'off' | null {
  if (day.make_up) return 'work'
  return day.workday === false && weekdayOf(day.date) < 5 ? 'off' : null
}

/** The name of the day off; a worked weekend is named by its mark alone. */
export function holidayOf(day: CalendarDay, locale: Locale): string {
  return day.make_up ? '' : (day.holiday_name?.[locale] ?? '')
}

export const heatOf = (day: CalendarDay): number => Math.min(4, held(day).length)

export const mondayOf = (date: string): string => shiftDay(date, -weekdayOf(date))

export const monthOf = (date: string): string => date.slice(0, 7)

export function shiftMonth(date: string, by: number): string {
  const [year, month] = date.split('-').map(Number) as [number, number]
  return new Date(Date.UTC(year, month - 1 + by, 1)).toISOString().slice(0, 10)
}

/** First and last day of the whole weeks that show the month of `date`. */
export function gridOf(date: string): { from: string; to: string } {
  const first = `${monthOf(date)}-01`
  const last = shiftDay(shiftMonth(date, 1), -1)
  return { from: mondayOf(first), to: shiftDay(mondayOf(last), 6) }
}

export function fulfilment(days: readonly CalendarDay[], month: string): { workdays: number; filled: number; gaps: number } {
  const workdays = days.filter((day) => monthOf(day.date) === month && day.workday)
  const filled = workdays.filter((day) => held(day).length).length
  return { workdays: workdays.length, filled, gaps: workdays.length - filled }
}
