/** Wall-clock times of a place and instants of the wire, without a library. */
import { instantsOf, offsetMs, partsThere, whichOfTwo } from '@/format/zones'

export const SHANGHAI = 'Asia/Shanghai'

/** `2026-11-21` of an instant, there. */
export function dateThere(at: string | Date, timezone = SHANGHAI): string {
  const part = partsThere(new Date(at), timezone)
  return `${part.year}-${part.month}-${part.day}`
}

/** `14:30` of an instant, there. */
export function timeThere(at: string | Date, timezone = SHANGHAI): string {
  const part = partsThere(new Date(at), timezone)
  return `${part.hour}:${part.minute}`
}

/** `14:30`, with the offset where that time comes twice. */
export function shownThere(at: string | Date, timezone = SHANGHAI): string {
  const which = whichOfTwo(at, timezone)
  return which ? `${timeThere(at, timezone)} ${which}` : timeThere(at, timezone)
}

/** The instant of a wall-clock date and time there, as RFC 3339 UTC: the first of two, the one after a skipped hour. */
export function instantOf(date: string, time: string, timezone = SHANGHAI): string {
  const [first] = instantsOf(date, time, timezone)
  if (first) return first
  const asIfUtc = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}Z`)
  const guess = asIfUtc - offsetMs(asIfUtc, timezone)
  return new Date(asIfUtc - offsetMs(guess, timezone)).toISOString().replace('.000Z', 'Z')
}

/** A calendar date moved by whole days. */
export function addDays(date: string, days: number): string {
  const at = new Date(`${date}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

/** 0 for Monday … 6 for Sunday. */
export function weekdayOf(date: string): number {
  return (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7
}

/** The first of the month that is `months` away. */
export function monthFrom(date: string, months = 0): string {
  const at = new Date(`${date.slice(0, 7)}-01T00:00:00Z`)
  at.setUTCMonth(at.getUTCMonth() + months)
  return at.toISOString().slice(0, 10)
}

/** Whole weeks, Monday first, that cover the month of `date`. */
export function monthGrid(date: string): string[][] {
  const first = monthFrom(date)
  const start = addDays(first, -weekdayOf(first))
  const last = addDays(monthFrom(date, 1), -1)
  const weeks: string[][] = []
  for (let monday = start; monday <= last; monday = addDays(monday, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, day) => addDays(monday, day)))
  }
  return weeks
}

const intl = (locale: string): string => (locale === 'en' ? 'en-GB' : locale)

/** 11月23日 / 23 Nov. */
export function shortDay(date: string, locale: string): string {
  return new Intl.DateTimeFormat(intl(locale), { month: locale === 'en' ? 'short' : 'long', day: 'numeric', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`))
}

/** 2026年11月 / November 2026. */
export function monthName(date: string, locale: string): string {
  return new Intl.DateTimeFormat(intl(locale), { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`))
}
