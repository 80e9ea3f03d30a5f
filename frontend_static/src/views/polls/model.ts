/** Polls as screens use them: the wire's shapes, what a ballot needs before it is sent, and how results read. */
import type { PublicContest, PublicPoll, Series } from '@/live/polls'

export type { PublicContest, PublicPoll, Results, Series, StaffContest, StaffPoll } from '@/live/polls'
export type OptionResult = Series['options'][number]
export type Standing = PublicContest['shown'][number]
export type PollKind = PublicPoll['kind']
export const KINDS: readonly PollKind[] = ['single', 'multiple', 'rating', 'ranking', 'words']

/** A person's answer as it is being made; a secret one comes back without what it holds. */
export type Ballot = { options: string[]; scores: Record<string, number>; words: string[]; is_secret?: boolean }
export const emptyBallot = (): Ballot => ({ options: [], scores: {}, words: [] })
export const copied = ({ options, scores, words }: Ballot): Ballot => ({ options: [...options], scores: { ...scores }, words: [...words] })

type Asked = Pick<PublicPoll, 'kind' | 'options' | 'max_choices'>

/** Whether the ballot holds what the poll asks for. */
export function isComplete(poll: Asked, ballot: Ballot): boolean {
  if (poll.kind === 'rating') return poll.options.every(({ id }) => ballot.scores[id])
  if (poll.kind === 'words') return ballot.words.some((word) => word.trim())
  if (poll.kind === 'ranking') return ballot.options.length === poll.options.length
  return ballot.options.length > 0
}

/** Choosing one more option, or letting it go; of too many the earliest goes. */
export function toggled(poll: Asked, chosen: readonly string[], id: string): string[] {
  if (poll.kind === 'single') return [id]
  if (chosen.includes(id)) return chosen.filter((each) => each !== id)
  return [...chosen, id].slice(-poll.max_choices)
}

/** Putting the next option in order, or taking it out again; the last one left goes to the end by itself. */
export function ranked(poll: Asked, chosen: readonly string[], id: string): string[] {
  const next = chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id]
  const left = poll.options.filter((option) => !next.includes(option.id))
  return left.length === 1 && !chosen.includes(id) ? [...next, left[0]!.id] : next
}

/** What is sent: only what this kind of poll asks for. */
export function bodyOf(poll: Asked & { id: string }, ballot: Ballot): Record<string, unknown> {
  if (poll.kind === 'rating') return { poll_id: poll.id, scores: ballot.scores }
  if (poll.kind === 'words') return { poll_id: poll.id, words: ballot.words.map((word) => word.trim()).filter(Boolean) }
  return { poll_id: poll.id, options: ballot.options }
}

export type Bar = { id: string; text: string; part: number; figure: string; detail: string; place: number; isShared: boolean }

/** One bar an option, in the order asked: `part` is 0–1 of the bar, `figure` the number beside it. */
export function barsOf(poll: Pick<PublicPoll, 'kind' | 'options' | 'scale'>, series: Series): Bar[] {
  return poll.options.map(({ id, text }) => {
    const row = series.options.find((each) => each.id === id)
    const part = row ? partOf(poll, row, series.ballots) : 0
    return {
      id,
      text,
      part,
      figure: row ? figureOf(poll, row, part) : '0',
      detail: row ? String(poll.kind === 'ranking' ? (row.points ?? 0) : row.votes) : '0',
      place: row?.place ?? 1,
      isShared: row?.tie === 'shared',
    }
  })
}

function partOf(poll: Pick<PublicPoll, 'kind' | 'options' | 'scale'>, row: OptionResult, ballots: number): number {
  if (!ballots) return 0
  if (poll.kind === 'rating') return (row.mean ?? 0) / 100 / poll.scale
  if (poll.kind === 'ranking') return (row.points ?? 0) / Math.max(1, (poll.options.length - 1) * ballots)
  return row.votes / ballots
}

function figureOf(poll: Pick<PublicPoll, 'kind'>, row: OptionResult, part: number): string {
  if (poll.kind === 'rating' || poll.kind === 'ranking') return hundredths(row.mean)
  return `${Math.round(part * 100)}%`
}

export const hundredths = (value: number | null | undefined): string => (value == null ? '—' : (value / 100).toFixed(2))

/** "1:05" of what is left until then; never below zero. */
export function leftOf(closesAt: string, now: number): { text: string; seconds: number } {
  const seconds = Math.max(0, Math.ceil((Date.parse(closesAt) - now) / 1000))
  return { seconds, text: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` }
}

/** The SHA-256 of a text as this browser computes it, or null where browsers do not (pages without TLS). */
export async function sha256(text: string): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Words in sizes 1–5 by how often they were said, in alphabetical order so that nothing jumps. */
export function cloudOf(words: Series['words']): { text: string; votes: number; size: number }[] {
  const most = Math.max(1, ...words.map(({ votes }) => votes))
  return words
    .slice(0, 40)
    .map(({ text, votes }) => ({ text, votes, size: 1 + Math.round((4 * (votes - 1)) / Math.max(1, most - 1)) }))
    .sort((a, b) => a.text.localeCompare(b.text, 'zh-CN'))
}
