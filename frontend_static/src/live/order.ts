/** Which questions come first: hot by votes, new by time, answered by when they were answered. */
import type { PublicQuestion } from '@/api/types'

export type Order = 'hot' | 'new' | 'answered'

const later = (a: string | null, b: string | null): number => (b ?? '').localeCompare(a ?? '')

export function ordered<Q extends Pick<PublicQuestion, 'id' | 'votes' | 'published_at' | 'answered_at'> & { state: string }>(questions: readonly Q[], order: Order): Q[] {
  if (order === 'answered') return questions.filter(({ state }) => state === 'answered').sort((a, b) => later(a.answered_at, b.answered_at))
  const open = questions.filter(({ state }) => state !== 'answered')
  const byTime = (a: Q, b: Q) => later(a.published_at, b.published_at) || a.id.localeCompare(b.id)
  return open.sort((a, b) => (order === 'hot' ? b.votes - a.votes : 0) || byTime(a, b))
}

/** Keeps rows where the reader's finger is: the old order stands, newcomers join where the new order has them. */
export function settle<Q extends { id: string }>(wanted: readonly Q[], shownIds: readonly string[]): Q[] {
  const place = new Map(shownIds.map((id, index) => [id, index]))
  const known = wanted.filter(({ id }) => place.has(id)).sort((a, b) => place.get(a.id)! - place.get(b.id)!)
  let next = 0
  return wanted.map((row) => (place.has(row.id) ? known[next++]! : row))
}
