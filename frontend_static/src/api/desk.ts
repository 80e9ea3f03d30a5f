/** What the desks ask of the server, by name. */
import { call, get, patch, pathTo, post, put, remove, type CallOptions } from './client'
import type * as D from './deskTypes'
import type { Calendar, Organizer, Page, PromisedQuestion } from './types'
import { currentLocale } from '@/i18n'

type Query = NonNullable<CallOptions['query']>
const list =
  <T>(path: string, query: Query = {}) =>
  (cursor: string | null): Promise<Page<T>> =>
    get<Page<T>>(path, { ...query, cursor })

export const organizers = {
  all: () => get<Page<Organizer>>('/organizers'),
  one: (id: string) => get<Organizer>(`/organizers/${id}`),
  create: (body: { slug: string; name: string; name_en: string }) => post<Organizer>('/organizers', body),
  calendar: (organizer: string, from: string, to: string) => get<Calendar>('/calendar', { organizer, from, to }),
}

export const series = {
  list: (organizer: string) => list<D.DeskSeries>(`/organizers/${organizer}/series`, { limit: 200 }),
  create: (organizer: string, body: D.SeriesIn) => post<D.DeskSeries>(`/organizers/${organizer}/series`, body),
  change: (row: D.DeskSeries, body: Partial<D.SeriesIn> & { archived?: boolean }) => patch<D.DeskSeries>(`/series/${row.id}`, body, row.version),
  remove: (row: D.DeskSeries) => remove<{ outcome: string }>(`/series/${row.id}`, { version: row.version }),
  icsPath: (id: string) => pathTo(`/series/${id}/calendar.ics`),
}

export const venues = {
  list: (organizer: string) => list<D.Venue>(`/organizers/${organizer}/venues`, { limit: 200 }),
  create: (organizer: string, body: D.VenueIn) => post<D.Venue>(`/organizers/${organizer}/venues`, body),
  change: (row: D.Venue, body: Partial<Omit<D.VenueIn, 'kind'>> & { archived?: boolean }) => patch<D.Venue>(`/venues/${row.id}`, body, row.version),
  remove: (row: D.Venue) => remove<{ outcome: string }>(`/venues/${row.id}`, { version: row.version }),
}

export const roadshows = {
  list: (organizer: string, query: Query = {}) => list<D.DeskRoadshow>(`/organizers/${organizer}/roadshows`, query),
  one: (id: string) => get<D.DeskRoadshow>(`/roadshows/${id}`),
  create: (organizer: string, body: D.RoadshowIn) => post<D.DeskRoadshow>(`/organizers/${organizer}/roadshows`, body),
  change: (id: string, version: number, body: Partial<D.RoadshowIn>) => patch<D.DeskRoadshow>(`/roadshows/${id}`, body, version),
  publish: (id: string) => post<D.DeskRoadshow>(`/roadshows/${id}/publish`),
  cancel: (id: string, reason: string) => post<D.DeskRoadshow>(`/roadshows/${id}/cancel`, { reason }),
  slots: async (id: string) => (await get<{ items: D.DeskSlot[] }>(`/roadshows/${id}/slots`)).items,
  putSlots: async (id: string, slots: { id?: string; starts_at: string; ends_at: string }[]) =>
    (await put<{ items: D.DeskSlot[] }>(`/roadshows/${id}/slots`, { slots })).items,
  bookings: (id: string) => list<D.StaffBooking>(`/roadshows/${id}/bookings`, { limit: 200 }),
}

export const registrations = {
  list: (roadshow: string, query: Query) => (cursor: string | null) => get<D.StaffRegistrations>(`/roadshows/${roadshow}/registrations`, { ...query, cursor }),
  approve: (id: string) => post<D.StaffRegistration>(`/registrations/${id}/approve`),
  reject: (id: string, reason: string) => post<D.StaffRegistration>(`/registrations/${id}/reject`, { reason }),
  checkIn: (roadshow: string, body: { code: string } | { registration_id: string }) => post<D.CheckedIn>(`/roadshows/${roadshow}/check-ins`, body),
  mine: () => list<D.MyRegistration>('/me/registrations', { limit: 100 }),
  create: (roadshow: string, body: { institution_id: string | null; note: string }) => post<D.MyRegistration>(`/roadshows/${roadshow}/registrations`, body),
  cancel: (id: string) => remove<D.MyRegistration>(`/registrations/${id}`),
  ticketPath: (id: string) => pathTo(`/registrations/${id}/ticket.svg`),
}

export const questions = {
  ofRoadshow: (roadshow: string) => get<{ state: { questions: D.DeskQuestion[] } }>(`/roadshows/${roadshow}/live/snapshot`, { stream: 'staff' }),
  publicOf: (roadshow: string) => get<{ state: { questions: D.DeskQuestion[] } }>(`/roadshows/${roadshow}/live/snapshot`, { stream: 'public' }),
  promisesOf: (of: 'companies' | 'organizers', id: string, query: Query = {}) => list<PromisedQuestion>(`/${of}/${id}/promises`, query),
  keep: (roadshow: string, body: { question_id: string; text: string }) => post(`/roadshows/${roadshow}/live/question.keep`, body),
  reply: (roadshow: string, body: { question_id: string; text: string }) => post(`/roadshows/${roadshow}/live/question.reply`, body),
}

export const intents = {
  ofOrganizer: (organizer: string, query: Query) => (cursor: string | null) => get<D.DeskIntents>(`/organizers/${organizer}/intents`, { ...query, cursor }),
  ofCompany: (company: string) => list<D.CompanyIntent>(`/companies/${company}/intents`, { limit: 100 }),
  mine: () => list<D.OwnIntent>('/me/intents', { limit: 100 }),
  leave: (project: string, body: D.IntentIn) => post<D.OwnIntent>(`/projects/${project}/intents`, body),
  withdraw: (id: string) => post<D.OwnIntent>(`/intents/${id}/withdraw`),
  answer: (id: string, body: { answer: 'accepted' | 'later' | 'declined'; reason?: string }) => post<D.CompanyIntent>(`/intents/${id}/answer`, body),
  close: (id: string) => post<D.DeskIntent>(`/intents/${id}/close`),
}

export const institutions = {
  create: (body: D.InstitutionIn) => call<D.InstitutionJoined>('POST', '/institutions', { body }),
  one: (id: string) => get<D.DeskInstitution>(`/institutions/${id}`),
  change: (id: string, version: number, body: Partial<D.InstitutionIn>) => patch<D.DeskInstitution>(`/institutions/${id}`, body, version),
  askVerification: (id: string, organizer_id: string) => post<D.Verification>(`/institutions/${id}/verification-requests`, { organizer_id }),
  library: (organizer: string, query: Query) => list<D.LibraryInstitution>(`/organizers/${organizer}/institutions`, query),
  verify: (organizer: string, id: string, body: { status: 'verified' | 'rejected'; reason: string }) =>
    post<D.Verification>(`/organizers/${organizer}/institutions/${id}/verification`, body),
}

export const companies = {
  join: (body: { credit_code: string; name: string }) => call<D.CompanyJoined>('POST', '/companies', { body }),
  one: (id: string) => get<D.Company>(`/companies/${id}`),
  projects: (id: string) => list<D.OwnCard>(`/companies/${id}/projects`, { limit: 100 }),
  addProject: (id: string, body: D.CardIn) => post<D.OwnCard>(`/companies/${id}/projects`, body),
  bookings: (id: string) => list<D.DeskBooking>(`/companies/${id}/bookings`, { limit: 100 }),
  recognitions: async (id: string) => (await get<{ items: D.Recognition[] }>(`/companies/${id}/recognitions`)).items,
  askRecognition: (id: string, organizer_id: string) => post<D.Recognition>(`/companies/${id}/recognitions`, { organizer_id }),
  showEvidence(row: D.Recognition, file: File) {
    const body = new FormData()
    body.set('file', file)
    return post<D.Recognition>(`/companies/${row.company_id}/recognitions/${row.organizer_id}/evidence`, body)
  },
  sendCode: (row: D.Recognition) => post<D.Recognition>(`/companies/${row.company_id}/recognitions/${row.organizer_id}/letters`),
  giveCode: (row: D.Recognition, code: string) => post<D.Recognition>(`/companies/${row.company_id}/recognitions/${row.organizer_id}/code`, { code }),
  asking: async (organizer: string) => (await get<{ items: D.StaffRecognition[] }>(`/organizers/${organizer}/recognitions`)).items,
  decide: (organizer: string, company: string, body: { status: 'recognised' | 'rejected'; reason: string }) =>
    post<D.StaffRecognition>(`/organizers/${organizer}/recognitions/${company}`, body),
  evidencePath: (id: string) => pathTo(`/evidence/${id}/file`),
}

/** Members of a company or an institution, and who asks to be one. */
export const members = {
  list: async (of: 'companies' | 'institutions', id: string) => (await get<{ items: D.Member[] }>(`/${of}/${id}/members`)).items,
  decide: (of: 'companies' | 'institutions', id: string, user: string, decision: 'approve' | 'reject') =>
    post<{ items: D.Member[] }>(`/${of}/${id}/members/${user}/${decision}`),
}

export const projects = {
  seen: (query: Query) => list<D.SeenCard>('/projects', query),
  one: (id: string) => get<D.SeenCard>(`/projects/${id}`),
  change: (id: string, version: number, body: Partial<D.CardIn>) => patch<D.OwnCard>(`/projects/${id}`, body, version),
  library: (organizer: string, query: Query) => list<D.LibraryProject>(`/organizers/${organizer}/projects`, query),
}

export const bookings = {
  hold: (slot: string, project_id: string) => post<D.DeskBooking>(`/slots/${slot}/bookings`, { project_id }),
  confirm: (id: string) => post<D.DeskBooking>(`/bookings/${id}/confirm`),
  move: (id: string, slot_id: string) => post<D.DeskBooking>(`/bookings/${id}/move`, { slot_id }),
  cancel: (id: string) => remove<D.DeskBooking>(`/bookings/${id}`),
}

export const staff = {
  list: (organizer: string) => get<D.Staff>(`/organizers/${organizer}/staff`),
  invite: (organizer: string, body: { email: string; role: D.Role }) => post<{ id: string; token: string; email: string }>(`/organizers/${organizer}/staff`, body),
  change: (organizer: string, user: string, role: D.Role) => call('PATCH', `/organizers/${organizer}/staff/${user}`, { body: { role } }),
  remove: (organizer: string, user: string) => remove(`/organizers/${organizer}/staff/${user}`),
  uninvite: (organizer: string, id: string) => remove(`/organizers/${organizer}/invitations/${id}`),
  accept: (token: string) => post('/invitations/accept', { token }),
}

export const tokens = {
  list: async (organizer: string) => (await get<{ items: D.Token[] }>(`/organizers/${organizer}/tokens`)).items,
  create: (organizer: string, name: string) => post<D.Token & { secret: string }>(`/organizers/${organizer}/tokens`, { name }),
  revoke: (organizer: string, id: string) => remove(`/organizers/${organizer}/tokens/${id}`),
}

export const imports = {
  upload(organizer: string, kind: D.ImportKind, file: File) {
    const body = new FormData()
    body.set('kind', kind)
    body.set('file', file)
    return post<D.ImportJob>(`/organizers/${organizer}/imports`, body)
  },
  reread: (id: string, reading: Record<string, unknown>) => post<D.ImportJob>(`/imports/${id}/reading`, reading),
  matches: (id: string, after: number) => get<D.MatchPage>(`/imports/${id}/matches`, { after }),
  start: (id: string, mapping: Record<string, string>, answers: D.Answers) => post<D.ImportJob>(`/imports/${id}/start`, { mapping, answers }),
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
  rotate: () => post<{ url: string }>('/me/feed'),
}
