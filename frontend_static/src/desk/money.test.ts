import { expect, test } from 'vitest'
import { fenOfWan, totalOf, wanOfFen } from './money'

test.each([
  ['500', 500_000_000],
  ['1,200.5', 1_200_500_000],
  ['0.0001', 100],
  ['300 万元', 300_000_000],
  ['', null],
])('typed %s is %s fen', (typed, fen) => {
  expect(fenOfWan(typed)).toBe(fen)
})

test.each(['abc', '-5', '1.2.3', '12345678901'])('typed %s is no amount', (typed) => {
  expect(fenOfWan(typed)).toBeNaN()
})

test.each([0, 100, 500_000_000, 1_200_500_000, 999_999_999_999_999])('%s fen survives the way to the input and back', (fen) => {
  expect(fenOfWan(wanOfFen(fen))).toBe(fen)
})

test('a total counts the one side of a one-sided range', () => {
  const ranges = [
    { amount_min_fen: 100, amount_max_fen: 300 },
    { amount_min_fen: null, amount_max_fen: 50 },
    { amount_min_fen: null, amount_max_fen: null },
  ]

  expect(totalOf(ranges)).toEqual({ least: 150, most: 350 })
})
