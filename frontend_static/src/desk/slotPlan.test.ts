import { describe, expect, test } from 'vitest'
import { faultsOf, fitting, plannedSlots, replanned } from './slotPlan'

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

describe('a plan that was not saved', () => {
  const at = (hour: number) => `2027-03-01T${String(hour).padStart(2, '0')}:00:00Z`
  const slot = (id: string, hour: number, state = 'free') => ({ id, state, starts_at: at(hour), ends_at: at(hour + 1) })

  test('comes back over the same slots, with what was added, moved and removed', () => {
    const rows = [{ id: 'a', starts_at: at(2), ends_at: at(3) }, { starts_at: at(5), ends_at: at(6) }]
    expect(replanned({ base: ['a', 'b'], rows }, [slot('a', 1), slot('b', 3)])).toEqual(rows)
  })

  test('leaves a slot that was booked meanwhile as it is, moved or removed in the plan', () => {
    const rows = [{ id: 'a', starts_at: at(7), ends_at: at(8) }]
    expect(replanned({ base: ['a', 'b'], rows }, [slot('a', 1, 'booked'), slot('b', 3, 'held')])).toEqual([
      { id: 'a', starts_at: at(1), ends_at: at(2) },
      { id: 'b', starts_at: at(3), ends_at: at(4) },
    ])
  })

  test('takes what others added, and not what they removed', () => {
    const rows = [{ id: 'gone', starts_at: at(1), ends_at: at(2) }]
    expect(replanned({ base: ['gone'], rows }, [slot('new', 3)])).toEqual([{ id: 'new', starts_at: at(3), ends_at: at(4) }])
  })
})
