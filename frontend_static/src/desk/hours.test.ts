import { expect, test } from 'vitest'
import { faultOf, hoursRuns } from './hours'

test('equal neighbours are one run, closed days are left out', () => {
  const hours = { '0': [['09:00', '18:00']], '1': [['09:00', '18:00']], '3': [['09:00', '18:00']], '5': [['10:00', '12:00']] } as Record<string, [string, string][]>

  expect(hoursRuns(hours)).toEqual([
    { from: 0, to: 1, windows: [['09:00', '18:00']] },
    { from: 3, to: 3, windows: [['09:00', '18:00']] },
    { from: 5, to: 5, windows: [['10:00', '12:00']] },
  ])
})

test('backwards and overlapping windows are named', () => {
  expect(faultOf([['09:00', '09:00']])).toBe('backwards')
  expect(faultOf([['14:00', '18:00'], ['09:00', '14:30']])).toBe('overlap')
  expect(faultOf([['09:00', '12:00'], ['12:00', '24:00']])).toBeNull()
})
