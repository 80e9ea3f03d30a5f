/** The shapes the desks read and send. */
import type { AnsweredHow, BookingState, IntentKind, IntentState, Page, QuestionState, RegistrationState, RoadshowState, SlotState } from './types'

export type VenueKind = 'hall' | 'online'
export type Hours = Record<string, [string, string][]>
export type Venue = {
  id: string
  organizer_id: string
  kind: VenueKind
  name: string
  address: string
  stream_url: string
  capacity: number
  kit: string
  hours: Hours
  setup_minutes: number
  teardown_minutes: number
  timezone: string
  archived_at: string | null
  version: number
}
export type VenueIn = Omit<Venue, 'id' | 'organizer_id' | 'archived_at' | 'version'>

export type DeskSeries = {
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
export type SeriesIn = Pick<DeskSeries, 'name' | 'theme' | 'colour' | 'cadence' | 'about'>

export type VenueCard = { id: string; kind: VenueKind; name: string; address: string }
export type DeskRoadshow = {
  id: string
  organizer_id: string
  organizer_name: string
  series_id: string
  series_name: string
  series_colour: string
  title: string
  summary: string
  state: RoadshowState
  cancel_reason: string
  starts_at: string
  ends_at: string
  timezone: string
  venue_name: string
  mode: 'hall' | 'online' | 'hybrid'
  hall: VenueCard | null
  channel: VenueCard | null
  stream_url: string | null
  capacity: number
  seats_taken: number
  seats_free: number
  slots_total: number
  slots_free: number
  needs_approval: boolean
  open_to_guests: boolean
  join_code: string
  version: number
}
export type RoadshowIn = {
  series_id: string
  title: string
  summary: string
  starts_at: string
  ends_at: string
  hall_id: string | null
  channel_id: string | null
  capacity: number | null
  needs_approval: boolean
  open_to_guests: boolean
}
export type DeskSlot = {
  id: string
  position: number
  starts_at: string
  ends_at: string
  state: SlotState
  held_until: string | null
  project: { id: string; name: string; company_name: string; one_liner: string } | null
}
/** Another place or time the server proposes with a 409: a roadshow's window, or a free slot. */
export type Alternative = { starts_at: string; ends_at: string; slot_id?: string; roadshow_id?: string; title?: string; hall_id?: string | null; channel_id?: string | null; venue_name?: string }

export type DeskBooking = {
  id: string
  state: BookingState
  held_until: string | null
  slot_id: string | null
  starts_at: string
  ends_at: string
  roadshow_id: string
  roadshow_title: string
  roadshow_state: RoadshowState
  timezone: string
  project_id: string
  project_name: string
  company_id: string
  created_at: string
  updated_at: string
}
export type StaffBooking = DeskBooking & { company_name: string; booked_by_name: string; booked_by_email: string | null }

export type StaffRegistration = {
  id: string
  roadshow_id: string
  user_id: string
  user_name: string
  institution_id: string | null
  institution_name: string | null
  note: string
  state: RegistrationState
  reason: string
  queue_position: number | null
  checked_in_at: string | null
  created_at: string
  updated_at: string
}
export type RegistrationCounts = Record<RegistrationState | 'checked_in' | 'capacity' | 'seats_taken', number>
export type StaffRegistrations = Page<StaffRegistration> & { counts: RegistrationCounts }
export type CheckedIn = { registration: StaffRegistration; first: boolean }

export type IntentView = {
  id: string
  roadshow_id: string | null
  roadshow_title: string | null
  project_id: string
  project_name: string
  company_id: string
  company_name: string
  institution_id: string
  institution_name: string
  institution_kind: string
  kind: IntentKind
  amount_min_fen: number | null
  amount_max_fen: number | null
  note: string
  state: IntentState
  answer_reason: string
  answered_at: string | null
  created_at: string
  updated_at: string
}
export type OwnIntent = IntentView & { side: 'institution'; user_id: string; user_name: string; contact: CardContact | null }
export type CompanyIntent = IntentView & { side: 'company'; contact: CardContact | null }
export type DeskIntent = IntentView & { organizer_id: string; user_id: string; user_name: string }
export type DeskIntents = Page<DeskIntent> & { totals: { count: number; amount_min_fen: number; amount_max_fen: number } }

export type IntentIn = { kind: IntentKind; amount_min_fen: number | null; amount_max_fen: number | null; note: string; roadshow_id?: string | null; institution_id?: string | null }

export type VerificationStatus = 'pending' | 'verified' | 'rejected'
export type Thesis = {
  stages: string[]
  industries: string[]
  regions: string[]
  instruments: string[]
  cheque_min_fen: number | null
  cheque_max_fen: number | null
}
export type InstitutionIn = Thesis & {
  name: string
  kind: string
  registration_no: string | null
  credit_code: string | null
  region: string
  about: string
  contact_name: string
  contact_phone: string
  contact_email: string
}
export type Verification = {
  organizer_id: string
  organizer_name: string
  institution_id: string
  status: VerificationStatus
  reason: string
  requested_at: string
  decided_at: string | null
}
export type DeskInstitution = InstitutionIn & { id: string; registration_checked_on: string | null; version: number; verifications: Verification[] }
export type LibraryInstitution = InstitutionIn & {
  id: string
  registration_checked_on: string | null
  status: VerificationStatus | null
  reason: string
  requested_at: string | null
  decided_at: string | null
  source: 'signed_up' | 'imported'
  added_at: string
}
export type InstitutionJoined = { institution: { id: string; name: string }; membership: { role: string; state: 'active' | 'requested' } }

export type PublicCard = {
  id: string
  company_id: string
  company_name: string
  name: string
  one_liner: string
  stage: string | null
  industries: string[]
  region: string
  labels: string[]
  round: string | null
}
export type CardDetails = PublicCard & { founded_on: string | null; ask_amount_fen: number | null; instruments: string[]; team: string; highlights: string }
export type CardContact = { contact_name: string; contact_phone: string; contact_email: string }
export type OwnCard = CardDetails & CardContact & { audience: 'own'; credit_code: string | null; created_at: string; updated_at: string; version: number }
export type LibraryProject = CardDetails & CardContact & { audience: 'staff'; credit_code: string | null; source: 'signed_up' | 'imported'; added_at: string; updated_at: string }
export type CardIn = Omit<CardDetails & CardContact, 'id' | 'company_id' | 'company_name'>
/** A card as this reader may see it; what is kept back is absent. */
export type SeenCard = PublicCard & Partial<CardDetails & CardContact> & { audience: 'public' | 'gated' | 'opened' | 'own' | 'staff' }

export type Company = { id: string; name: string; credit_code?: string | null }
export type Member = { user_id: string; name: string; email: string | null; role: string; state: 'active' | 'requested'; since: string }
export type CompanyJoined = { company: Company; membership: { role: string; state: 'active' | 'requested' } }

export type Role = 'owner' | 'planner' | 'host' | 'viewer'
export type Staff = {
  items: { user_id: string; name: string; email: string | null; role: Role }[]
  invitations: { id: string; email: string; role: Role; expires_at: string }[]
}
export type Token = { id: string; name: string; created_at: string; revoked_at: string | null }

export type ImportKind = 'companies' | 'institutions'
export type ImportJob = {
  id: string
  kind: ImportKind
  filename: string
  state: 'preview' | 'running' | 'done' | 'failed'
  columns: string[]
  mapping: Record<string, string>
  sample: string[][]
  counts: { rows: number; acceptable: number; refused: number }
  total: number
  done: number
  stored: number
  updated: number
  refused: number
  failure: string
}
export type RefusedRow = { row: number; column: string; value: string; code: string; message: { 'zh-CN': string; en: string } }

export type Change = { seq: number; id: string; kind: string; op: 'put' | 'delete'; object_id: string; schema: number; at: string; data: Record<string, unknown> | null }
export type Changes = { items: Change[]; next_after: number; more: boolean }

export type MyRegistration = {
  id: string
  roadshow_id: string
  state: RegistrationState
  reason: string
  ticket_code: string | null
  queue_position: number | null
  institution_id: string | null
  institution_name: string | null
  note: string
  checked_in_at: string | null
  roadshow: {
    id: string
    organizer_id: string
    organizer_name: string
    title: string
    state: RoadshowState
    cancel_reason: string
    starts_at: string
    ends_at: string
    timezone: string
    hall_name: string | null
    hall_address: string | null
  }
}
export type Feed = { exists: boolean; created_at: string | null }

export type DeskQuestion = {
  id: string
  text: string
  author: string | null
  author_name?: string
  author_institution?: string
  anonymous?: boolean
  project_id: string | null
  slot_id: string | null
  state: QuestionState
  hidden_reason?: string
  answer: string
  answered_how: AnsweredHow | null
  votes: number
  published_at: string | null
  asked_at?: string
}

export type Listed<T> = Promise<Page<T>>
