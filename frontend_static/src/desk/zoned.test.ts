import { expect, test } from 'vitest'
import { addDays, dateThere, instantOf, monthFrom, monthGrid, timeThere, weekdayOf } from './zoned'

test('a Shanghai wall clock is eight hours ahead of the wire', () => {
  expect(instantOf('2026-11-23', '14:30')).toBe('2026-11-23T06:30:00Z')
  expect(dateThere('2026-11-22T17:00:00Z')).toBe('2026-11-23')
  expect(timeThere('2026-11-22T17:00:00Z')).toBe('01:00')
})

test.each(['2026-03-29', '2026-10-25', '2026-07-01', '2026-12-31'])('a Berlin day survives the way there and back: %s', (date) => {
  const at = instantOf(date, '09:15', 'Europe/Berlin')

  expect([dateThere(at, 'Europe/Berlin'), timeThere(at, 'Europe/Berlin')]).toEqual([date, '09:15'])
})

test('a month is whole weeks from Monday', () => {
  const weeks = monthGrid('2026-11-21')

  expect(weeks.length).toBe(6)
  expect(weeks[0]![0]).toBe('2026-10-26')
  expect(weeks[5]![6]).toBe('2026-12-06')
  expect(weeks.map((week) => weekdayOf(week[0]!))).toEqual([0, 0, 0, 0, 0, 0])
})

test('days and months move across years', () => {
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01')
  expect(monthFrom('2026-01-15', -1)).toBe('2025-12-01')
})
