import { expect, test } from 'vitest'
import { held, ordered } from './order'

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

test('held rows stay where they are, as they are now; newcomers above them wait, those below join', () => {
  const wanted = [question('new', 9, 9), question('b', 6, 2), question('late', 3, 3), question('a', 1, 1), question('last', 0, 1)]

  const rows = held(wanted, [{ id: 'a' }, { id: 'gone' }, { id: 'b' }])

  expect(ids(rows)).toEqual(['a', 'b', 'last'])
  expect(rows[1]!.votes).toBe(6)
})

test('an empty list lets everybody in', () => {
  expect(ids(held([question('a', 1, 1)], []))).toEqual(['a'])
})
