import { expect, test } from 'vitest'
import { ordered, settle } from './order'

const question = (id: string, votes: number, minute: number, answered = false) => ({
  id,
  votes,
  state: answered ? 'answered' : 'published',
  published_at: `2026-11-21T06:${String(minute).padStart(2, '0')}:00Z`,
  answered_at: answered ? `2026-11-21T07:${String(minute).padStart(2, '0')}:00Z` : null,
})
const all = [question('a', 1, 1), question('b', 5, 2), question('c', 5, 3), question('d', 9, 4, true), question('e', 2, 5, true)]
const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id)

test('hot is by votes, then by time; answered questions have their own place', () => {
  expect(ids(ordered(all, 'hot'))).toEqual(['c', 'b', 'a'])
})

test('new is by time', () => {
  expect(ids(ordered(all, 'new'))).toEqual(['c', 'b', 'a'])
})

test('answered is by when it was answered', () => {
  expect(ids(ordered(all, 'answered'))).toEqual(['e', 'd'])
})

test('settle keeps the shown order and lets newcomers in', () => {
  const wanted = [question('new', 9, 9), question('b', 5, 2), question('a', 1, 1)]

  expect(ids(settle(wanted, ['a', 'b']))).toEqual(['new', 'a', 'b'])
})
