/** Times as people read them, in the venue's zone: 11月21日 周六 14:30, today and tomorrow in words. */
import type { Locale } from '@/api/types'
import { serverNow } from '@/api/clock'
import { offsetMs, whichOfTwo } from './zones'

export const HOME_ZONE = 'Asia/Shanghai'

type Parts = { year: string; month: string; day: string; weekday: string; hour: string; minute: string }

function parts(at: Date, locale: Locale, zone: string): Parts {
  const format = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : 'zh-CN', {
    timeZone: zone,
    year: 'numeric',
    month: locale === 'en' ? 'short' : 'numeric',
    day: 'numeric',
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value])) as Parts
}

/** The calendar day in the zone, as YYYY-MM-DD. */
export function dayOf(at: Date | string, zone: string = HOME_ZONE): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(at))
}

/** Moves a YYYY-MM-DD by whole days. */
export function shiftDay(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}

/** 0 Monday … 6 Sunday. */
export function weekdayOf(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
}

const NEAR = { 'zh-CN': ['昨天', '今天', '明天'], en: ['Yesterday', 'Today', 'Tomorrow'] } as const

function nearWord(day: string, now: Date, locale: Locale, zone: string): string | null {
  const today = dayOf(now, zone)
  const distance = [-1, 0, 1].find((days) => shiftDay(today, days) === day)
  return distance === undefined ? null : NEAR[locale][distance + 1]!
}

/** 周六 11月21日 without the hour; today and tomorrow in words when `now` is given. */
export function dayText(at: string, locale: Locale, zone: string = HOME_ZONE, now: Date | null = new Date(serverNow())): string {
  const day = at.length === 10 ? at : dayOf(at, zone)
  const p = parts(new Date(`${day}T12:00:00Z`), locale, 'UTC')
  const year = now && day.slice(0, 4) !== dayOf(now, zone).slice(0, 4)
  const date =
    locale === 'en'
      ? `${p.weekday} ${p.day} ${p.month}${year ? ` ${p.year}` : ''}`
      : `${year ? `${p.year}年` : ''}${p.month}月${p.day}日 ${p.weekday}`
  const near = now && nearWord(day, now, locale, zone)
  return near ? `${near} ${date}` : date
}

/** 14:30, with the offset where clocks show that time twice: 01:30 UTC+1. */
export function timeText(at: string, zone: string = HOME_ZONE): string {
  const p = parts(new Date(at), 'en', zone)
  const which = whichOfTwo(at, zone)
  return which ? `${p.hour}:${p.minute} ${which}` : `${p.hour}:${p.minute}`
}

export function momentText(at: string, locale: Locale, zone: string = HOME_ZONE, now: Date | null = new Date(serverNow())): string {
  return `${dayText(at, locale, zone, now)} ${timeText(at, zone)}`
}

export function spanText(from: string, to: string, locale: Locale, zone: string = HOME_ZONE, now: Date | null = new Date(serverNow())): string {
  const start = momentText(from, locale, zone, now)
  return dayOf(from, zone) === dayOf(to, zone) ? `${start}–${timeText(to, zone)}` : `${start} – ${momentText(to, locale, zone, now)}`
}

/** 北京时间 for Asia/Shanghai, otherwise the zone's own name. */
export function zoneText(zone: string, locale: Locale): string {
  if (zone === HOME_ZONE) return locale === 'en' ? 'Beijing time' : '北京时间'
  return zone
}

/** True when clocks where this device is show another time than clocks of the zone do. */
export function isElsewhere(at: string | Date, zone: string): boolean {
  const moment = new Date(at)
  return offsetMs(moment.getTime(), zone) !== -moment.getTimezoneOffset() * 60_000
}

/** 刚刚 / 3 分钟前 / the hour. */
export function agoText(at: string, locale: Locale, now: Date, zone: string = HOME_ZONE): string {
  const minutes = Math.floor((now.getTime() - new Date(at).getTime()) / 60_000)
  if (minutes < 1) return locale === 'en' ? 'just now' : '刚刚'
  if (minutes < 60) return locale === 'en' ? `${minutes} min ago` : `${minutes} 分钟前`
  return timeText(at, zone)
}
