/** The public calendar's days with the organizer's own roadshows, drafts included, laid into them. */
import type { DeskRoadshow } from '@/api/deskTypes'
import type { CalendarDay, RoadshowCard } from '@/api/types'
import { dateThere } from './zoned'

/** Own roadshows replace the public list of each day: the same ones, and the drafts, in order of time. */
export function withOwn(days: readonly CalendarDay[], own: readonly DeskRoadshow[]): CalendarDay[] {
  const byDay = new Map<string, DeskRoadshow[]>()
  for (const roadshow of own) {
    const day = dateThere(roadshow.starts_at, roadshow.timezone)
    byDay.set(day, [...(byDay.get(day) ?? []), roadshow])
  }
  return days.map((day) => ({
    ...day,
    roadshows: (byDay.get(day.date) ?? []).sort((a, b) => a.starts_at.localeCompare(b.starts_at)) as unknown as RoadshowCard[],
  }))
}
