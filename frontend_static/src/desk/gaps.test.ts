import { expect, test } from 'vitest'
import type { CalendarDay, RoadshowCard } from '@/api/types'
import { outlookOf } from './gaps'

const day = (date: string, workday: boolean | null, ...states: string[]): CalendarDay => ({
  date,
  workday,
  make_up: false,
  gap: false,
  holiday_name: null,
  roadshows: states.map((state) => ({ state }) as RoadshowCard),
})

test('empty and all-cancelled working days are gaps; days off and unknown days are not', () => {
  const days = [
    day('2026-11-20', true),
    day('2026-11-21', false),
    day('2026-11-23', true, 'published'),
    day('2026-11-24', true, 'cancelled'),
    day('2026-11-25', null),
    day('2026-11-26', true),
  ]

  const outlook = outlookOf(days, '2026-11-21', 20)

  expect(outlook.workdays.map((each) => each.date)).toEqual(['2026-11-23', '2026-11-24', '2026-11-26'])
  expect(outlook.gaps.map((each) => each.date)).toEqual(['2026-11-24', '2026-11-26'])
  expect(outlook.days_to_first_gap).toBe(1)
})

test('only as many working days as asked for are looked at', () => {
  const days = [day('2026-11-23', true, 'published'), day('2026-11-24', true)]

  expect(outlookOf(days, '2026-11-21', 1)).toEqual({ workdays: [days[0]], gaps: [], days_to_first_gap: null })
})
