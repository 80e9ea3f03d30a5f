import { expect, test } from 'vitest'
import { totalOf } from './money'

test('a total counts the one side of a one-sided range', () => {
  const ranges = [
    { amount_min_fen: 100, amount_max_fen: 300 },
    { amount_min_fen: null, amount_max_fen: 50 },
    { amount_min_fen: null, amount_max_fen: null },
  ]

  expect(totalOf(ranges)).toEqual({ least: 150, most: 350 })
})
