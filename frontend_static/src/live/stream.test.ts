import { expect, test } from 'vitest'
import type { PublicState } from './fold'
import type { EntryFrame } from './frames'
import { catchUp, emptyTail, isBehind, takeEntry, takeResumed, takeSnapshot } from './stream'

const state = { room: {}, agenda: [], questions: [] } as unknown as PublicState
const tail = takeSnapshot(emptyTail('public'), { type: 'snapshot', stream: 'public', epoch: 'e1', seq: 4, state })
const entry = (seq: number): EntryFrame => ({
  type: 'entry',
  stream: 'public',
  seq,
  kind: 'question.changed',
  at: '2026-11-21T06:30:00Z',
  data: { question: { id: `q${seq}` } },
})

test('catchUp asks for a snapshot when nothing is known', () => {
  expect(catchUp(emptyTail('user'))).toEqual({ type: 'subscribe', stream: 'user' })
})

test('catchUp resumes from where the stream stands', () => {
  expect(catchUp(tail)).toEqual({ type: 'subscribe', stream: 'public', epoch: 'e1', seq: 4 })
})

test('the next entry is applied', () => {
  const step = takeEntry(tail, entry(5))

  expect(step.verdict).toBe('applied')
  expect(step.tail.seq).toBe(5)
  expect(step.tail.state!.questions).toEqual([{ id: 'q5' }])
})

test.each([1, 4])('entry %i, already had, is ignored', (seq) => {
  expect(takeEntry(tail, entry(seq))).toEqual({ tail, verdict: 'ignored' })
})

test('a jump asks to resume and applies nothing', () => {
  expect(takeEntry(tail, entry(6))).toEqual({ tail, verdict: 'resume' })
})

test('an entry before the snapshot is ignored', () => {
  const empty = emptyTail('public')

  expect(takeEntry(empty, entry(1))).toEqual({ tail: empty, verdict: 'ignored' })
})

test('a resume on another epoch starts over', () => {
  const frame = { type: 'resumed', stream: 'public', seq: 4, count: 0 } as const

  expect(takeResumed(tail, { ...frame, epoch: 'e1' }).verdict).toBe('applied')
  expect(takeResumed(tail, { ...frame, epoch: 'e2' }).verdict).toBe('resume')
})

test('a heartbeat with a higher top means something was missed', () => {
  expect(isBehind(tail, 5)).toBe(true)
  expect(isBehind(tail, 4)).toBe(false)
  expect(isBehind(tail, undefined)).toBe(false)
})
