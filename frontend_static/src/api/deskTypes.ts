/** The shapes the desks read and send: names for what the server describes. */
import type { components } from './schema'
import type { PublicQuestion, StaffQuestion } from './types'

type Schemas = components['schemas']

export type VenueKind = Schemas['VenueKind']
export type Hours = Record<string, [string, string][]>
export type Venue = Omit<Schemas['VenueView'], 'hours'> & { hours: Hours }
export type VenueIn = Omit<Venue, 'id' | 'organizer_id' | 'archived_at' | 'version'>
export type DeskSeries = Schemas['SeriesView']
export type SeriesIn = Pick<DeskSeries, 'name' | 'theme' | 'colour' | 'cadence' | 'about'>

export type DeskRoadshow = Schemas['StaffRoadshowView']
export type RoadshowIn = Pick<DeskRoadshow, 'series_id' | 'title' | 'summary' | 'starts_at' | 'ends_at' | 'needs_approval' | 'open_to_guests'> & {
  hall_id: string | null
  channel_id: string | null
  capacity: number | null
}
export type DeskSlot = Schemas['SlotView']
/** Another place or time the server proposes with a 409: a roadshow's window, or a free slot. */
export type Alternative = {
  starts_at: string
  ends_at: string
  slot_id?: string
  roadshow_id?: string
  title?: string
  hall_id?: string | null
  channel_id?: string | null
  venue_name?: string
}
export type DeskBooking = Schemas['BookingView']
export type StaffBooking = Schemas['StaffBookingView']

export type StaffRegistration = Schemas['StaffRegistration']
export type RegistrationCounts = Schemas['RegistrationCounts']
export type StaffRegistrations = { items: StaffRegistration[]; next: string | null; counts: RegistrationCounts }
export type CheckedIn = Schemas['CheckInView']
export type MyRegistration = Schemas['OwnRegistration']

export type OwnIntent = Schemas['OwnIntent']
export type CompanyIntent = Schemas['CompanyIntent']
export type DeskIntent = Schemas['StaffIntent']
/** What every reader of an intent sees. */
export type IntentView = Omit<DeskIntent, 'organizer_id' | 'user_id' | 'user_name'>
export type DeskIntents = { items: DeskIntent[]; next: string | null; totals: Schemas['IntentTotals'] }
export type IntentIn = Pick<DeskIntent, 'kind' | 'amount_min_fen' | 'amount_max_fen' | 'note'> & { roadshow_id?: string | null; institution_id?: string | null }

export type VerificationStatus = Schemas['VerificationStatus']
export type Verification = Schemas['VerificationView']
export type DeskInstitution = Schemas['OwnInstitution']
export type LibraryInstitution = Schemas['StaffInstitution']
export type InstitutionIn = Omit<DeskInstitution, 'id' | 'registration_checked_on' | 'verifications' | 'created_at' | 'updated_at' | 'version'>
export type InstitutionJoined = { institution: { id: string; name: string }; membership: Schemas['MemberState'] }

export type PublicCard = Omit<Schemas['PublicProject'], 'audience'>
export type CardDetails = Omit<Schemas['GatedProject'], 'audience'>
export type CardContact = Schemas['Contact']
export type OwnCard = Schemas['OwnProject']
export type LibraryProject = Schemas['StaffProject']
export type CardIn = Omit<CardDetails & CardContact, 'id' | 'company_id' | 'company_name'>
/** A card as this reader may see it; what is kept back is absent. */
export type SeenCard = PublicCard & Partial<CardDetails & CardContact> & { audience: 'public' | 'gated' | 'opened' | 'own' | 'staff' }

export type Company = { id: string; name: string; credit_code?: string | null }
export type CompanyJoined = { company: Company; membership: Schemas['MemberState'] }
export type Recognition = Schemas['RecognitionView']
export type StaffRecognition = Schemas['StaffRecognition']
export type Member = Schemas['MemberView']

export type Role = Schemas['Role']
export type Staff = Schemas['StaffList']
export type Token = Schemas['TokenView']
export type Feed = Schemas['FeedView']

export type ImportKind = Schemas['ImportKind']
export type ImportJob = Schemas['ImportView']
export type ImportMatch = Schemas['MatchView']
export type MatchPage = Schemas['MatchList']
export type Answer = Schemas['Answer']
export type Answers = { rest: Answer; rows: Record<number, Answer> }
export type RefusedRow = Schemas['RefusedView']
export type Change = Schemas['ChangeView']
export type Changes = Schemas['ChangeList']

/** A question as the staff or everybody may know it. */
export type DeskQuestion = (PublicQuestion | StaffQuestion) & Partial<StaffQuestion>
