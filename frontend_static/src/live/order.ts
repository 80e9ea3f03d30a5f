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

/** The rows as they are now, where they were shown: who has come since joins only below them, the others wait. */
export function held<Q extends { id: string }>(wanted: readonly Q[], shown: readonly { id: string }[]): Q[] {
  const now = new Map(wanted.map((row) => [row.id, row]))
  const kept = shown.flatMap(({ id }) => now.get(id) ?? [])
  const known = new Set(kept.map(({ id }) => id))
  let end = wanted.length
  while (end > 0 && !known.has(wanted[end - 1]!.id)) end -= 1
  return [...kept, ...wanted.slice(end)]
}
