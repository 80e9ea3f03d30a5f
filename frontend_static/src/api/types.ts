/** The shapes the screens read: names for what the server describes, and the wire's own. */
import type { components } from './schema'

type Schemas = components['schemas']

export type Locale = 'zh-CN' | 'en'
export type Bilingual = { 'zh-CN': string; en: string }
export type Page<T> = { items: T[]; next: string | null }

export type User = Schemas['UserView']
export type Membership = Schemas['MembershipView']
export type MembershipKind = Membership['kind']
export type Me = Schemas['MeView']
export type DemoRole = Schemas['DemoRole']

export type Organizer = Schemas['OrganizerView']
export type Series = Schemas['SeriesView']
export type VenueCard = Schemas['VenueCard']
export type Mode = Schemas['Mode']
export type RoadshowState = Schemas['RoadshowState']
export type RoadshowCard = Schemas['RoadshowCard']
/** A roadshow's page: the public view, or the staff's for its organizer. */
export type Roadshow = Schemas['RoadshowView'] | Schemas['StaffRoadshowView']
export type CalendarDay = Schemas['DayView']
export type Calendar = Schemas['CalendarView']

export type AgendaProject = Schemas['AgendaProject']
export type OwnProject = Schemas['OwnProject']
export type SlotState = Schemas['SlotState']
export type SlotView = Schemas['SlotView']

export type RegistrationState = Schemas['RegistrationState']
export type Registration = Schemas['OwnRegistration']
export type BookingState = Schemas['BookingState']
export type Booking = Schemas['BookingView']
/** In `details.alternatives` of a refused booking. */
export type SlotAlternative = { slot_id: string; roadshow_id: string; title: string; starts_at: string; ends_at: string }

export type IntentKind = Schemas['IntentKind']
export type IntentState = Schemas['IntentState']
export type Intent = Schemas['OwnIntent']
export type StaffIntent = Schemas['StaffIntent']
export type MineView = Schemas['MineView']
export type IntentTerms = Pick<Intent, 'project_id' | 'kind' | 'amount_min_fen' | 'amount_max_fen' | 'note'>

export type RoomState = Schemas['RoomState']
export type RoomView = Schemas['RoomView']
export type Moderation = Schemas['Moderation']
export type AnsweredHow = Schemas['AnsweredHow']
export type QuestionState = Schemas['QuestionState']
export type OwnQuestion = Schemas['OwnQuestion']
export type StaffQuestion = Schemas['StaffQuestion']
export type PublicQuestion = Schemas['PublicQuestion']
export type QuestionLabel = Schemas['QuestionLabel']
export type Side = Schemas['Side']
export type PromiseView = Schemas['PromiseView']
export type PromisedQuestion = Schemas['PromisedQuestion']
export type PromisesMade = Schemas['PromisesMade']

export type StageView = Schemas['StageView']
export type TimerView = Schemas['TimerView']
export type RunView = Schemas['RunView']
export type Layout = Schemas['Layout']
export type CarryMode = Schemas['CarryMode']
export type CarryView = Schemas['CarryView']
export type DeckOnStage = Schemas['DeckOnStage']
export type DeckView = Schemas['DeckView']
export type SpeakerMessage = Schemas['MessageView']
export type RoomRole = Schemas['RoomRole']
export type RoleView = Schemas['RoleView']
export type PlaceView = Schemas['PlaceView']
export type ScreenKind = Schemas['ScreenKind']
export type ScreenView = Schemas['ScreenView']
export type ScreenMade = Schemas['ScreenMade']
export type ShownView = Schemas['ShownView']
