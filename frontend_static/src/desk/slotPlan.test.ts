import { expect, test } from 'vitest'
import { faultsOf, fitting, plannedSlots } from './slotPlan'

test('slots follow one another with their breaks', () => {
  expect(plannedSlots({ starts_at: '2026-11-23T06:30:00Z', count: 3, minutes: 15, break_minutes: 5 })).toEqual([
    { starts_at: '2026-11-23T06:30:00Z', ends_at: '2026-11-23T06:45:00Z' },
    { starts_at: '2026-11-23T06:50:00Z', ends_at: '2026-11-23T07:05:00Z' },
    { starts_at: '2026-11-23T07:10:00Z', ends_at: '2026-11-23T07:25:00Z' },
  ])
})

test('the last break needs no room', () => {
  expect(fitting('2026-11-23T06:00:00Z', '2026-11-23T07:00:00Z', 15, 5)).toBe(3)
  expect(fitting('2026-11-23T06:00:00Z', '2026-11-23T06:15:00Z', 15, 5)).toBe(1)
  expect(fitting('2026-11-23T06:00:00Z', '2026-11-23T06:10:00Z', 15, 5)).toBe(0)
})

test('each faulty slot is named', () => {
  const slots = [
    { starts_at: '2026-11-23T06:00:00Z', ends_at: '2026-11-23T06:20:00Z' },
    { starts_at: '2026-11-23T06:15:00Z', ends_at: '2026-11-23T06:30:00Z' },
    { starts_at: '2026-11-23T06:40:00Z', ends_at: '2026-11-23T06:40:00Z' },
    { starts_at: '2026-11-23T06:50:00Z', ends_at: '2026-11-23T07:10:00Z' },
    { starts_at: '2026-11-23T06:30:00Z', ends_at: '2026-11-23T06:40:00Z' },
  ]

  expect(faultsOf(slots, '2026-11-23T06:00:00Z', '2026-11-23T07:00:00Z')).toEqual(['overlap', 'overlap', 'backwards', 'outside', null])
})
