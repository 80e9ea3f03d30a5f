import { expect, test } from 'vitest'
import type { CalendarDay, RoadshowCard } from '@/api/types'
import { fulfilment, gridOf, heatOf, kindOf, shiftMonth, swapOf } from './days'

const published = { id: 'r1', state: 'published' } as RoadshowCard
const cancelled = { id: 'r2', state: 'cancelled' } as RoadshowCard
const day = (date: string, workday: boolean | null, roadshows: RoadshowCard[] = []): CalendarDay => ({
  date,
  workday,
  make_up: false,
  holiday_name: null,
  gap: false,
  roadshows,
})

test('a working day without a roadshow, or with only a cancelled one, is a gap', () => {
  expect(kindOf(day('2026-11-24', true))).toBe('gap')
  expect(kindOf(day('2026-11-24', true, [cancelled]))).toBe('gap')
  expect(kindOf(day('2026-11-24', true, [published]))).toBe('filled')
  expect(kindOf(day('2026-11-22', false))).toBe('rest')
  expect(kindOf(day('2027-11-22', null))).toBe('unknown')
})

test('a worked weekend and a weekday off are told apart', () => {
  expect(swapOf({ ...day('2026-10-10', true), make_up: true })).toBe('work')
  expect(swapOf(day('2026-10-01', false))).toBe('off')
  expect(swapOf(day('2026-11-23', true))).toBeNull()
})

test('heat stops at four', () => {
  expect(heatOf(day('2026-11-24', true, Array(7).fill(published)))).toBe(4)
})

test('a month is shown in whole weeks from Monday', () => {
  expect(gridOf('2026-11-21')).toEqual({ from: '2026-10-26', to: '2026-12-06' })
  expect(shiftMonth('2026-12-15', 1)).toBe('2027-01-01')
})

test('fulfilment counts the working days of the month only', () => {
  const days = [day('2026-11-23', true, [published]), day('2026-11-24', true), day('2026-11-22', false), day('2026-12-01', true)]

  expect(fulfilment(days, '2026-11')).toEqual({ workdays: 2, filled: 1, gaps: 1 })
})
