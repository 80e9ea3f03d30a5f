/** Snapshot + entries → state. Pure: the same entries always give the state a fresh snapshot would. */
import type { Intent, OwnQuestion, PublicQuestion, RoomView, SlotView, StaffIntent, StaffQuestion } from '@/api/types'

export type PublicState = { room: RoomView; agenda: SlotView[]; questions: PublicQuestion[] }
export type StaffState = { room: RoomView; questions: StaffQuestion[]; intents: StaffIntent[] }
export type UserState = { questions: OwnQuestion[]; votes: string[]; intents: Intent[] }
export type States = { public: PublicState; staff: StaffState; user: UserState }

export type Entry = { seq: number; kind: string; data: unknown }

type Row = { id: string }
type Data = {
  room: RoomView
  agenda: SlotView[]
  question: never
  intent: never
  id: string
  votes: number
  question_id: string
  voted: boolean
}

function put<T extends Row>(rows: readonly T[], row: T): T[] {
  const at = rows.findIndex((each) => each.id === row.id)
  return at < 0 ? [...rows, row] : rows.map((each, index) => (index === at ? row : each))
}

function drop<T extends Row>(rows: readonly T[], id: string): T[] {
  return rows.filter((row) => row.id !== id)
}

function tally<T extends Row & { votes: number }>(rows: readonly T[], id: string, votes: number): T[] {
  return rows.map((row) => (row.id === id ? { ...row, votes } : row))
}

function foldPublic(state: PublicState, { kind, data }: Entry): PublicState {
  const said = data as Data
  switch (kind) {
    case 'room.changed':
      return { ...state, room: said.room }
    case 'agenda.changed':
      return { ...state, agenda: said.agenda }
    case 'question.changed':
      return { ...state, questions: put<PublicQuestion>(state.questions, said.question) }
    case 'question.removed':
      return { ...state, questions: drop(state.questions, said.id) }
    case 'question.tallied':
      return { ...state, questions: tally(state.questions, said.id, said.votes) }
    default:
      return state
  }
}

function foldStaff(state: StaffState, { kind, data }: Entry): StaffState {
  const said = data as Data
  switch (kind) {
    case 'room.changed':
      return { ...state, room: said.room }
    case 'question.changed':
      return { ...state, questions: put<StaffQuestion>(state.questions, said.question) }
    case 'question.tallied':
      return { ...state, questions: tally(state.questions, said.id, said.votes) }
    case 'intent.changed':
      return { ...state, intents: put<StaffIntent>(state.intents, said.intent) }
    default:
      return state
  }
}

function foldUser(state: UserState, { kind, data }: Entry): UserState {
  const said = data as Data
  switch (kind) {
    case 'question.changed':
      return { ...state, questions: put<OwnQuestion>(state.questions, said.question) }
    case 'vote.changed': {
      const others = state.votes.filter((id) => id !== said.question_id)
      return { ...state, votes: said.voted ? [...others, said.question_id] : others }
    }
    case 'intent.changed':
      return { ...state, intents: put<Intent>(state.intents, said.intent) }
    default:
      return state
  }
}

const FOLDS = { public: foldPublic, staff: foldStaff, user: foldUser }

/** The state after one entry; a kind this build does not know changes nothing. */
export function fold<S extends keyof States>(stream: S, state: States[S], entry: Entry): States[S] {
  return (FOLDS[stream] as unknown as (state: States[S], entry: Entry) => States[S])(state, entry)
}
