/** The shapes the screens read. Replaced by aliases of the generated schema once the server exports one. */

export type Locale = 'zh-CN' | 'en'
export type Bilingual = { 'zh-CN': string; en: string }

export type Page<T> = { items: T[]; next: string | null }

export type User = { id: string; email: string | null; name: string; locale: Locale; is_guest: boolean }
export type MembershipKind = 'organizer' | 'company' | 'institution'
export type Membership = { kind: MembershipKind; id: string; name: string; role: string; state: string }
export type Me = { user: User | null; csrf_token: string | null; memberships: Membership[]; demo: boolean }
export type DemoRole = { key: string; title_zh: string; title_en: string; name: string; email: string }

export type Organizer = { id: string; slug: string; name: string; name_en: string | null }
export type Series = {
  id: string
  organizer_id: string
  name: string
  name_en: string | null
  theme: string | null
  colour: string
  cadence: string | null
}

export type RoadshowState = 'draft' | 'published' | 'live' | 'ended' | 'cancelled'
export type RoomState = 'waiting' | 'open' | 'over'
export type RoadshowCard = {
  id: string
  title: string
  title_en?: string | null
  state: RoadshowState
  starts_at: string
  ends_at: string
  timezone: string
  organizer_id: string
  organizer_name: string
  series_id: string | null
  series_name: string | null
  series_colour: string | null
  venue_name: string | null
  mode?: string
  slots_total?: number
  slots_free?: number
  room_state?: RoomState
}
export type CalendarDay = { date: string; workday: boolean | null; holiday_name: string | null; roadshows: RoadshowCard[] }
export type Calendar = { days: CalendarDay[]; unknown_years: number[] }

export type PublicProject = {
  id: string
  name: string
  company_name: string
  one_liner: string
  stage: string
  industries: string[]
  region: string | null
}
export type SlotState = 'free' | 'held' | 'booked'
export type SlotView = {
  id: string
  position: number
  starts_at: string
  ends_at: string
  state: SlotState
  project: PublicProject | null
}

export type Roadshow = RoadshowCard & {
  version: number
  description: string | null
  capacity: number | null
  approval: boolean
  venue: { id: string; name: string; address: string | null; kind: string } | null
  stream_url?: string | null
  join_code?: string | null
}

export type RegistrationState = 'pending' | 'confirmed' | 'waitlisted' | 'rejected' | 'cancelled'
export type Registration = {
  id: string
  roadshow_id: string
  state: RegistrationState
  ticket_code: string | null
  queue_position: number | null
  reason?: string | null
  checked_in_at?: string | null
}

export type BookingState = 'held' | 'confirmed' | 'cancelled' | 'expired'
export type Booking = { id: string; slot_id: string; roadshow_id?: string; project_id: string; state: BookingState; held_until: string | null }
export type SlotAlternative = { slot_id: string; roadshow_id: string; title: string; starts_at: string; ends_at: string }

export type IntentKind = 'equity' | 'loan' | 'guarantee' | 'insurance' | 'bond' | 'merger' | 'materials' | 'meeting'
export type IntentState = 'left' | 'accepted' | 'later' | 'declined' | 'withdrawn' | 'closed'
export type Intent = {
  id: string
  project_id: string
  project_name?: string
  kind: IntentKind
  amount_min_fen: number | null
  amount_max_fen: number | null
  note: string | null
  state: IntentState
  created_at?: string
  institution_name?: string
}

export type StaffIntent = Intent & { institution_name: string; project_name: string; user_name?: string }

export type Moderation = 'before' | 'after'
export type RoomView = {
  roadshow_id: string
  title: string
  state: RoomState
  moderation: Moderation
  current_slot_id: string | null
  pinned_question_id: string | null
  answering_question_id: string | null
  opened_at: string | null
  closed_at: string | null
  join_code: string
}
export type AnsweredHow = 'aloud' | 'written'
export type PublicQuestion = {
  id: string
  text: string
  author: string | null
  project_id: string | null
  slot_id: string | null
  state: 'published' | 'answering' | 'answered'
  answer: string | null
  answered_how: AnsweredHow | null
  votes: number
  published_at: string | null
  answered_at: string | null
}
export type QuestionState = 'pending' | 'published' | 'answering' | 'answered' | 'hidden'
export type StaffQuestion = Omit<PublicQuestion, 'state'> & {
  state: QuestionState
  author_name: string | null
  author_institution: string | null
  anonymous: boolean
  hidden_reason: string | null
  asked_at: string
}
export type OwnQuestion = Omit<PublicQuestion, 'state'> & { state: QuestionState; hidden_reason: string | null; asked_at: string }
