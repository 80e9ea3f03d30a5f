/** The shapes the screens read. Replaced by aliases of the generated schema once the server exports one. */

export type Locale = 'zh-CN' | 'en'
export type Bilingual = { 'zh-CN': string; en: string }

export type Page<T> = { items: T[]; next: string | null }

export type User = { id: string; email: string | null; name: string; locale: Locale; is_guest: boolean }
export type MembershipKind = 'organizer' | 'company' | 'institution'
export type Membership = { kind: MembershipKind; id: string; name: string; role: string; state: string }
export type Me = { user: User | null; csrf_token: string | null; memberships: Membership[]; demo: boolean }
export type DemoRole = { key: string; title_zh: string; title_en: string; name: string; email: string }

export type Organizer = { id: string; slug: string; name: string; name_en: string; timezone: string }
export type Series = {
  id: string
  organizer_id: string
  slug: string
  name: string
  theme: string
  colour: string
  cadence: string
  about: string
  archived_at: string | null
  version: number
}

export type RoadshowState = 'draft' | 'published' | 'live' | 'ended' | 'cancelled'
export type RoomState = 'waiting' | 'open' | 'over'
export type Mode = 'hall' | 'online' | 'hybrid'
export type VenueCard = { id: string; kind: 'hall' | 'online'; name: string; address: string }
export type RoadshowCard = {
  id: string
  title: string
  state: RoadshowState
  starts_at: string
  ends_at: string
  timezone: string
  organizer_id: string
  organizer_name: string
  series_id: string
  series_name: string
  series_colour: string
  venue_name: string
  mode: Mode
  seats_free: number
  slots_total: number
  slots_free: number
}
export type CalendarDay = {
  date: string
  workday: boolean | null
  make_up: boolean
  holiday_name: Bilingual | null
  gap: boolean
  roadshows: RoadshowCard[]
}
export type Calendar = { days: CalendarDay[]; unknown_years: number[] }

export type AgendaProject = {
  id: string
  name: string
  one_liner: string
  stage: string | null
  industries: string[]
  region: string
  company_name: string
}
export type OwnProject = AgendaProject & { company_id: string; ask_amount_fen: number | null; version: number }
export type SlotState = 'free' | 'held' | 'booked'
export type SlotView = {
  id: string
  position: number
  starts_at: string
  ends_at: string
  state: SlotState
  held_until: string | null
  project: AgendaProject | null
}

export type Roadshow = RoadshowCard & {
  audience: 'public' | 'staff'
  summary: string
  hall: VenueCard | null
  channel: VenueCard | null
  stream_url: string | null
  capacity: number
  needs_approval: boolean
  open_to_guests: boolean
  join_code: string | null
  cancel_reason: string
  version: number
}

export type RegistrationState = 'pending' | 'confirmed' | 'waitlisted' | 'rejected' | 'cancelled'
export type Registration = {
  id: string
  roadshow_id: string
  state: RegistrationState
  reason: string
  ticket_code: string | null
  queue_position: number | null
  checked_in_at: string | null
}

export type BookingState = 'held' | 'confirmed' | 'cancelled' | 'expired'
export type Booking = {
  id: string
  state: BookingState
  held_until: string | null
  slot_id: string | null
  starts_at: string
  ends_at: string
  roadshow_id: string
  roadshow_title: string
  timezone: string
  project_id: string
  project_name: string
}
export type SlotAlternative = { slot_id: string; roadshow_id: string; title: string; starts_at: string; ends_at: string }

export type IntentKind = 'equity' | 'loan' | 'guarantee' | 'insurance' | 'bond' | 'merger' | 'materials' | 'meeting'
export type IntentState = 'left' | 'accepted' | 'later' | 'declined' | 'withdrawn' | 'closed'
export type IntentTerms = {
  project_id: string
  kind: IntentKind
  amount_min_fen: number | null
  amount_max_fen: number | null
  note: string
}
export type Intent = IntentTerms & {
  id: string
  roadshow_id: string | null
  project_name: string
  company_name: string
  institution_name: string
  state: IntentState
  answer_reason: string
  created_at: string
}
export type StaffIntent = Intent & { user_name: string }

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
export type QuestionState = 'pending' | 'published' | 'answering' | 'answered' | 'hidden'
type QuestionFields = {
  id: string
  text: string
  project_id: string | null
  slot_id: string | null
  answer: string
  answered_how: AnsweredHow | null
  published_at: string | null
  answered_at: string | null
}
export type PublicQuestion = QuestionFields & { author: string | null; state: 'published' | 'answering' | 'answered'; votes: number }
export type StaffQuestion = QuestionFields & {
  author: string | null
  author_name: string
  author_institution: string
  anonymous: boolean
  state: QuestionState
  hidden_reason: string
  votes: number
  asked_at: string
}
export type OwnQuestion = QuestionFields & { anonymous: boolean; state: QuestionState; hidden_reason: string; asked_at: string }
