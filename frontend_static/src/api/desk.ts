/** What the desks ask of the server, by name. */
import { call, get, patch, pathTo, post, put, remove, type CallOptions } from './client'
import type * as D from './deskTypes'
import type { Calendar, Organizer, Page, PromisedQuestion } from './types'
import { currentLocale } from '@/i18n'

type Query = NonNullable<CallOptions['query']>
type Key = { key: string }
const list =
  <T>(path: string, query: Query = {}) =>
  (cursor: string | null): Promise<Page<T>> =>
    get<Page<T>>(path, { ...query, cursor })

export const organizers = {
  all: () => get<Page<Organizer>>('/organizers'),
  one: (id: string) => get<Organizer>(`/organizers/${id}`),
  create: (body: { slug: string; name: string; name_en: string }, o: Key) => post<Organizer>('/organizers', body, o),
  calendar: (organizer: string, from: string, to: string) => get<Calendar>('/calendar', { organizer, from, to }),
}

export const series = {
  list: (organizer: string) => list<D.DeskSeries>(`/organizers/${organizer}/series`, { limit: 200 }),
  create: (organizer: string, body: D.SeriesIn, o: Key) => post<D.DeskSeries>(`/organizers/${organizer}/series`, body, o),
  change: (row: D.DeskSeries, body: Partial<D.SeriesIn> & { archived?: boolean }, o: Key) => patch<D.DeskSeries>(`/series/${row.id}`, body, row.version, o),
  remove: (row: D.DeskSeries, o: Key) => remove<{ outcome: string }>(`/series/${row.id}`, { ...o, version: row.version }),
  icsPath: (id: string) => pathTo(`/series/${id}/calendar.ics`),
}

export const venues = {
  list: (organizer: string) => list<D.Venue>(`/organizers/${organizer}/venues`, { limit: 200 }),
  create: (organizer: string, body: D.VenueIn, o: Key) => post<D.Venue>(`/organizers/${organizer}/venues`, body, o),
  change: (row: D.Venue, body: Partial<Omit<D.VenueIn, 'kind'>> & { archived?: boolean }, o: Key) => patch<D.Venue>(`/venues/${row.id}`, body, row.version, o),
  remove: (row: D.Venue, o: Key) => remove<{ outcome: string }>(`/venues/${row.id}`, { ...o, version: row.version }),
}

export const roadshows = {
  list: (organizer: string, query: Query = {}) => list<D.DeskRoadshow>(`/organizers/${organizer}/roadshows`, query),
  one: (id: string) => get<D.DeskRoadshow>(`/roadshows/${id}`),
  create: (organizer: string, body: D.RoadshowIn, o: Key) => post<D.DeskRoadshow>(`/organizers/${organizer}/roadshows`, body, o),
  change: (id: string, version: number, body: Partial<D.RoadshowIn>, o: Key) => patch<D.DeskRoadshow>(`/roadshows/${id}`, body, version, o),
  publish: (id: string, o: Key) => post<D.DeskRoadshow>(`/roadshows/${id}/publish`, undefined, o),
  cancel: (id: string, reason: string, o: Key) => post<D.DeskRoadshow>(`/roadshows/${id}/cancel`, { reason }, o),
  slots: async (id: string) => (await get<{ items: D.DeskSlot[] }>(`/roadshows/${id}/slots`)).items,
  putSlots: async (id: string, slots: { id?: string; starts_at: string; ends_at: string }[], o: Key) =>
    (await put<{ items: D.DeskSlot[] }>(`/roadshows/${id}/slots`, { slots }, o)).items,
  bookings: (id: string) => list<D.StaffBooking>(`/roadshows/${id}/bookings`, { limit: 200 }),
}

export const registrations = {
  list: (roadshow: string, query: Query) => (cursor: string | null) => get<D.StaffRegistrations>(`/roadshows/${roadshow}/registrations`, { ...query, cursor }),
  approve: (id: string, o?: Key) => post<D.StaffRegistration>(`/registrations/${id}/approve`, undefined, o),
  reject: (id: string, reason: string, o?: Key) => post<D.StaffRegistration>(`/registrations/${id}/reject`, { reason }, o),
  checkIn: (roadshow: string, body: { code: string } | { registration_id: string }, o: Key) => post<D.CheckedIn>(`/roadshows/${roadshow}/check-ins`, body, o),
  mine: () => list<D.MyRegistration>('/me/registrations', { limit: 100 }),
  create: (roadshow: string, body: { institution_id: string | null; note: string }, o: Key) => post<D.MyRegistration>(`/roadshows/${roadshow}/registrations`, body, o),
  cancel: (id: string, o: Key) => remove<D.MyRegistration>(`/registrations/${id}`, o),
  ticketPath: (id: string) => pathTo(`/registrations/${id}/ticket.svg`),
}

export const questions = {
  ofRoadshow: (roadshow: string) => get<{ state: { questions: D.DeskQuestion[] } }>(`/roadshows/${roadshow}/live/snapshot`, { stream: 'staff' }),
  publicOf: (roadshow: string) => get<{ state: { questions: D.DeskQuestion[] } }>(`/roadshows/${roadshow}/live/snapshot`, { stream: 'public' }),
  promisesOf: (of: 'companies' | 'organizers', id: string, query: Query = {}) => list<PromisedQuestion>(`/${of}/${id}/promises`, query),
  keep: (roadshow: string, body: { question_id: string; text: string }, o: Key) => post(`/roadshows/${roadshow}/live/question.keep`, body, o),
  reply: (roadshow: string, body: { question_id: string; text: string }, o: Key) => post(`/roadshows/${roadshow}/live/question.reply`, body, o),
}

export const intents = {
  ofOrganizer: (organizer: string, query: Query) => (cursor: string | null) => get<D.DeskIntents>(`/organizers/${organizer}/intents`, { ...query, cursor }),
  ofCompany: (company: string) => list<D.CompanyIntent>(`/companies/${company}/intents`, { limit: 100 }),
  mine: () => list<D.OwnIntent>('/me/intents', { limit: 100 }),
  leave: (project: string, body: D.IntentIn, o: Key) => post<D.OwnIntent>(`/projects/${project}/intents`, body, o),
  withdraw: (id: string, o: Key) => post<D.OwnIntent>(`/intents/${id}/withdraw`, undefined, o),
  answer: (id: string, body: { answer: 'accepted' | 'later' | 'declined'; reason?: string }, o: Key) => post<D.CompanyIntent>(`/intents/${id}/answer`, body, o),
  close: (id: string, o: Key) => post<D.DeskIntent>(`/intents/${id}/close`, undefined, o),
}

export const institutions = {
  create: (body: D.InstitutionIn, o: Key) => call<D.InstitutionJoined>('POST', '/institutions', { ...o, body }),
  one: (id: string) => get<D.DeskInstitution>(`/institutions/${id}`),
  change: (id: string, version: number, body: Partial<D.InstitutionIn>, o: Key) => patch<D.DeskInstitution>(`/institutions/${id}`, body, version, o),
  askVerification: (id: string, organizer_id: string, o: Key) => post<D.Verification>(`/institutions/${id}/verification-requests`, { organizer_id }, o),
  library: (organizer: string, query: Query) => list<D.LibraryInstitution>(`/organizers/${organizer}/institutions`, query),
  verify: (organizer: string, id: string, body: { status: 'verified' | 'rejected'; reason: string }, o: Key) =>
    post<D.Verification>(`/organizers/${organizer}/institutions/${id}/verification`, body, o),
}

export const companies = {
  join: (body: { credit_code: string; name: string }, o: Key) => call<D.CompanyJoined>('POST', '/companies', { ...o, body }),
  one: (id: string) => get<D.Company>(`/companies/${id}`),
  projects: (id: string) => list<D.OwnCard>(`/companies/${id}/projects`, { limit: 100 }),
  addProject: (id: string, body: D.CardIn, o: Key) => post<D.OwnCard>(`/companies/${id}/projects`, body, o),
  bookings: (id: string) => list<D.DeskBooking>(`/companies/${id}/bookings`, { limit: 100 }),
}

/** Members of a company or an institution, and who asks to be one. */
export const members = {
  list: async (of: 'companies' | 'institutions', id: string) => (await get<{ items: D.Member[] }>(`/${of}/${id}/members`)).items,
  decide: (of: 'companies' | 'institutions', id: string, user: string, decision: 'approve' | 'reject', o: Key) =>
    post<{ items: D.Member[] }>(`/${of}/${id}/members/${user}/${decision}`, undefined, o),
}

export const projects = {
  seen: (query: Query) => list<D.SeenCard>('/projects', query),
  one: (id: string) => get<D.SeenCard>(`/projects/${id}`),
  change: (id: string, version: number, body: Partial<D.CardIn>, o: Key) => patch<D.OwnCard>(`/projects/${id}`, body, version, o),
  library: (organizer: string, query: Query) => list<D.LibraryProject>(`/organizers/${organizer}/projects`, query),
}

export const bookings = {
  hold: (slot: string, project_id: string, o: Key) => post<D.DeskBooking>(`/slots/${slot}/bookings`, { project_id }, o),
  confirm: (id: string, o: Key) => post<D.DeskBooking>(`/bookings/${id}/confirm`, undefined, o),
  move: (id: string, slot_id: string, o: Key) => post<D.DeskBooking>(`/bookings/${id}/move`, { slot_id }, o),
  cancel: (id: string, o: Key) => remove<D.DeskBooking>(`/bookings/${id}`, o),
}

export const staff = {
  list: (organizer: string) => get<D.Staff>(`/organizers/${organizer}/staff`),
  invite: (organizer: string, body: { email: string; role: D.Role }, o: Key) => post<{ id: string; token: string; email: string }>(`/organizers/${organizer}/staff`, body, o),
  change: (organizer: string, user: string, role: D.Role, o: Key) => call('PATCH', `/organizers/${organizer}/staff/${user}`, { ...o, body: { role } }),
  remove: (organizer: string, user: string, o: Key) => remove(`/organizers/${organizer}/staff/${user}`, o),
  uninvite: (organizer: string, id: string, o: Key) => remove(`/organizers/${organizer}/invitations/${id}`, o),
  accept: (token: string, o: Key) => post('/invitations/accept', { token }, o),
}

export const tokens = {
  list: async (organizer: string) => (await get<{ items: D.Token[] }>(`/organizers/${organizer}/tokens`)).items,
  create: (organizer: string, name: string, o: Key) => post<D.Token & { secret: string }>(`/organizers/${organizer}/tokens`, { name }, o),
  revoke: (organizer: string, id: string, o: Key) => remove(`/organizers/${organizer}/tokens/${id}`, o),
}

export const imports = {
  upload(organizer: string, kind: D.ImportKind, file: File, o: Key) {
    const body = new FormData()
    body.set('kind', kind)
    body.set('file', file)
    return post<D.ImportJob>(`/organizers/${organizer}/imports`, body, o)
  },
  start: (id: string, mapping: Record<string, string>, o: Key) => post<D.ImportJob>(`/imports/${id}/start`, { mapping }, o),
  one: (id: string) => get<D.ImportJob>(`/imports/${id}`),
  errors: (id: string) => async (cursor: string | null): Promise<Page<D.RefusedRow>> => {
    const page = await get<{ items: D.RefusedRow[]; next: number | null }>(`/imports/${id}/errors`, { after: cursor })
    return { items: page.items, next: page.next === null ? null : String(page.next) }
  },
  errorsPath: (id: string) => pathTo(`/imports/${id}/errors.csv`),
}

export type ExportKind = 'registrations' | 'questions' | 'intents' | 'polls' | 'scores'
export const exports = {
  ofRoadshow: (roadshow: string, kind: ExportKind, form: 'xlsx' | 'csv', query: Query = {}) => pathTo(`/roadshows/${roadshow}/exports/${kind}.${form}`, { ...query, lang: currentLocale() }),
  ofOrganizer: (organizer: string, kind: ExportKind, form: 'xlsx' | 'csv', query: Query = {}) => pathTo(`/organizers/${organizer}/exports/${kind}.${form}`, { ...query, lang: currentLocale() }),
}

export const feed = {
  changes: (organizer: string, after: number, limit: number) => get<D.Changes>('/changes', { organizer, after, limit }),
  organizerIcs: (organizer: string) => pathTo(`/organizers/${organizer}/calendar.ics`),
  mine: () => get<D.Feed>('/me/feed'),
  rotate: (o: Key) => post<{ url: string }>('/me/feed', undefined, o),
}
