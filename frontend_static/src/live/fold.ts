/** Snapshot + entries → state. Pure: the same entries always give the state a fresh snapshot would. */
import type { DeckOnStage, Intent, OwnQuestion, PublicQuestion, RoomView, SlotView, SpeakerMessage, StaffIntent, StaffQuestion, StageView } from '@/api/types'
import type { PublicContest, PublicPoll, StaffContest, StaffPoll } from './polls'
import type { Ban, Flow, Mute, OwnDanmaku, StaffDanmaku } from './danmaku'

export type PublicState = { room: RoomView; flow: Flow; stage: StageView; deck: DeckOnStage | null; agenda: SlotView[]; questions: PublicQuestion[]; polls: PublicPoll[]; contest: PublicContest | null }
export type StaffState = { room: RoomView; flow: Flow; held: StaffDanmaku[]; mutes: Mute[]; questions: StaffQuestion[]; polls: StaffPoll[]; contest: StaffContest | null; intents: StaffIntent[]; messages: SpeakerMessage[] }
export type UserState = { held: OwnDanmaku[]; muted: Ban | null; questions: OwnQuestion[]; intents: Intent[] }
/** What a pitching startup and the staff see on top. */
export type SpeakerState = { messages: SpeakerMessage[] }
export type States = { public: PublicState; staff: StaffState; user: UserState; speaker: SpeakerState }

export type Entry = { seq: number; kind: string; data: unknown }

type Row = { id: string }
type Rows = Record<string, Row[]>
type Data = Record<string, unknown> & Row

/** The entry's part of this name takes the place of the state's. */
const REPLACED: Record<string, string> = {
  'room.changed': 'room',
  'agenda.changed': 'agenda',
  'contest.changed': 'contest',
  'contest.concealed': 'contest',
  'flow.changed': 'flow',
  'muted.changed': 'muted',
  'stage.changed': 'stage',
  'deck.changed': 'deck',
}

/** The entry's part goes into the list, in the place of the one with its id. */
const PUT: Record<string, [rows: string, part: string]> = {
  'question.changed': ['questions', 'question'],
  'intent.changed': ['intents', 'intent'],
  'poll.changed': ['polls', 'poll'],
  'danmaku.held': ['held', 'danmaku'],
  'mute.changed': ['mutes', 'mute'],
  'message.changed': ['messages', 'message'],
}

/** The row with the entry's id leaves the list. */
const DROPPED: Record<string, string> = {
  'question.removed': 'questions',
  'poll.removed': 'polls',
  'danmaku.settled': 'held',
  'mute.removed': 'mutes',
}

/** The entry's fields overwrite those of the row with its id, if the list has one. */
const MERGED: Record<string, string> = {
  'question.tallied': 'questions',
  'poll.tallied': 'polls',
}

function put(rows: readonly Row[], row: Row): Row[] {
  const at = rows.findIndex((each) => each.id === row.id)
  return at < 0 ? [...rows, row] : rows.map((each, index) => (index === at ? row : each))
}

/** The state after one entry; a kind this build does not know changes nothing. */
export function fold<S extends keyof States>(_stream: S, state: States[S], { kind, data: said }: Entry): States[S] {
  const data = said as Data
  const lists = state as unknown as Rows
  const part = REPLACED[kind]
  if (part) return { ...state, [part]: data[part] }
  const into = PUT[kind]
  if (into) return { ...state, [into[0]]: put(lists[into[0]]!, data[into[1]] as Row) }
  const from = DROPPED[kind]
  if (from) return { ...state, [from]: lists[from]!.filter((row) => row.id !== data.id) }
  const within = MERGED[kind]
  if (within) return { ...state, [within]: lists[within]!.map((row) => (row.id === data.id ? { ...row, ...data } : row)) }
  return state
}
