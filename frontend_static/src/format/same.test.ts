import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { same } from './same'

type Row = { one: string; other: string; why: string }
const table = JSON.parse(readFileSync(new URL('../../../tests/same.json', import.meta.url), 'utf8')) as { same: Row[]; not: Row[] }

test.each(table.same)('$why is no difference', ({ one, other }) => {
  expect(same(one)).toBe(same(other))
})

test.each(table.not)('$why is a difference', ({ one, other }) => {
  expect(same(one)).not.toBe(same(other))
})
