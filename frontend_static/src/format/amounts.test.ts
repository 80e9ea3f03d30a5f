import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fenOf } from './amounts'
import { wanOfFen } from './money'

type Row = { typed: string; wan: number | null | 'no'; yuan: number | null | 'no' }
const table = JSON.parse(readFileSync(new URL('../../../tests/amounts.json', import.meta.url), 'utf8')) as Row[]

test.each(table)('$typed is read as it is meant, or not at all', ({ typed, wan, yuan }) => {
  expect([fenOf(typed, 'wan'), fenOf(typed, 'yuan')]).toEqual([wan, yuan].map((fen) => (fen === 'no' ? Number.NaN : fen)))
})

test.each([0, 100, 500_000_000, 1_200_500_000, 999_999_999_999_999])('%s fen survives the way to the input and back', (fen) => {
  expect(fenOf(wanOfFen(fen), 'wan')).toBe(fen)
})
