import { expect, test } from 'vitest'
import type { OwnQuestion, PublicQuestion, RoomView, SlotView, StaffIntent, StaffQuestion, StageView } from '@/api/types'
import type { Flow } from './danmaku'
import { fold, type PublicState, type StaffState, type UserState } from './fold'

const room = { roadshow_id: 'r1', title: '一月一链', state: 'waiting' } as RoomView
const slot = { id: 's1', state: 'free' } as SlotView
const asked = { id: 'q1', text: '毛利率？', votes: 0, state: 'published' } as PublicQuestion
const held = { id: 'q2', text: '客户集中度？', votes: 2, state: 'published' } as PublicQuestion

const flow = { danmaku_on: true } as Flow
const stage = { layout: 'questions', run: [], carried: null } as unknown as StageView
const audience: PublicState = { room, stage, deck: null, flow, agenda: [slot], questions: [asked], polls: [], contest: null }
const staff: StaffState = { room, flow, held: [], mutes: [], questions: [{ ...asked, state: 'pending' } as StaffQuestion], intents: [], messages: [], polls: [], contest: null }
const mine: UserState = { held: [], muted: null, questions: [], intents: [] }

const entry = (kind: string, data: unknown) => ({ seq: 1, kind, data })

test('room.changed replaces the room for audience and staff', () => {
  const open = { ...room, state: 'open' } as RoomView

  expect(fold('public', audience, entry('room.changed', { room: open }))).toEqual({ ...audience, room: open })
  expect(fold('staff', staff, entry('room.changed', { room: open }))).toEqual({ ...staff, room: open })
})

test('agenda.changed replaces the agenda', () => {
  const agenda = [{ ...slot, state: 'booked' } as SlotView]

  expect(fold('public', audience, entry('agenda.changed', { agenda }))).toEqual({ ...audience, agenda })
})

test('question.changed adds a question not seen before', () => {
  expect(fold('public', audience, entry('question.changed', { question: held })).questions).toEqual([asked, held])
})

test('question.changed replaces a known question in its place', () => {
  const answered = { ...asked, state: 'answered', answer: '61%' } as PublicQuestion
  const before = { ...audience, questions: [asked, held] }

  expect(fold('public', before, entry('question.changed', { question: answered })).questions).toEqual([answered, held])
})

test('question.removed takes a question away and forgives one never seen', () => {
  expect(fold('public', audience, entry('question.removed', { id: 'q1' })).questions).toEqual([])
  expect(fold('public', audience, entry('question.removed', { id: 'q9' }))).toEqual(audience)
})

test('question.tallied sets the count for audience and staff', () => {
  const tallied = entry('question.tallied', { id: 'q1', votes: 7, investor_votes: 2 })

  expect(fold('public', audience, tallied).questions).toEqual([{ ...asked, votes: 7, investor_votes: 2 }])
  expect(fold('staff', staff, tallied).questions[0]!.votes).toBe(7)
})

test('intent.changed upserts for staff and for the one who left it', () => {
  const left = { id: 'i1', state: 'left' } as StaffIntent
  const withdrawn = { ...left, state: 'withdrawn' } as StaffIntent
  const once = fold('staff', staff, entry('intent.changed', { intent: left }))

  expect(once.intents).toEqual([left])
  expect(fold('staff', once, entry('intent.changed', { intent: withdrawn })).intents).toEqual([withdrawn])
  expect(fold('user', mine, entry('intent.changed', { intent: left })).intents).toEqual([left])
})

test('user question.changed keeps the reason a question was hidden', () => {
  const hidden = { id: 'q1', text: '毛利率？', state: 'hidden', hidden_reason: '含联系方式' } as OwnQuestion

  expect(fold('user', mine, entry('question.changed', { question: hidden })).questions).toEqual([hidden])
})

test('a poll comes, counts and goes; a reveal may be taken back', () => {
  const poll = { id: 'p1', state: 'open', ballots: 0, results: null } as PublicState['polls'][number]
  const asked = fold('public', audience, entry('poll.changed', { poll }))
  const counted = fold('public', asked, entry('poll.tallied', { id: 'p1', ballots: 3, results: null }))
  const shown = { revealed: 1 } as NonNullable<PublicState['contest']>

  expect(counted.polls).toEqual([{ ...poll, ballots: 3 }])
  expect(fold('public', counted, entry('poll.removed', { id: 'p1' })).polls).toEqual([])
  expect(fold('public', audience, entry('contest.changed', { contest: shown })).contest).toEqual(shown)
  expect(fold('public', { ...audience, contest: shown }, entry('contest.concealed', { contest: { ...shown, revealed: 0 } })).contest).toEqual({ revealed: 0 })
})

test('an unknown kind changes nothing', () => {
  expect(fold('public', audience, entry('poll.unheard', {}))).toBe(audience)
})

test('fold leaves the state it was given untouched', () => {
  const before = structuredClone(audience)

  fold('public', audience, entry('question.changed', { question: held }))
  fold('public', audience, entry('question.tallied', { id: 'q1', votes: 3 }))

  expect(audience).toEqual(before)
})
