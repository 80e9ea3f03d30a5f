/** The working desks. Each screen loads on its own and never weighs on public pages. */
import type { RouteRecordRaw } from 'vue-router'

const organizerScreens: RouteRecordRaw[] = [
  { path: '', name: 'organizer', component: () => import('@/views/desk/organizer/OverviewView.vue') },
  { path: 'programme', name: 'organizer-programme', component: () => import('@/views/desk/organizer/ProgrammeView.vue') },
  { path: 'roadshows/new', name: 'organizer-roadshow-new', component: () => import('@/views/desk/organizer/RoadshowNewView.vue') },
  { path: 'roadshows/:roadshow', name: 'organizer-roadshow', component: () => import('@/views/desk/organizer/RoadshowDeskView.vue') },
  { path: 'check-in/:roadshow', name: 'organizer-check-in', component: () => import('@/views/desk/organizer/CheckInView.vue') },
  { path: 'series', name: 'organizer-series', component: () => import('@/views/desk/organizer/SeriesView.vue') },
  { path: 'venues', name: 'organizer-venues', component: () => import('@/views/desk/organizer/VenuesView.vue') },
  { path: 'intents', name: 'organizer-intents', component: () => import('@/views/desk/organizer/IntentsView.vue') },
  { path: 'promises', name: 'organizer-promises', component: () => import('@/views/desk/organizer/PromisesView.vue') },
  { path: 'verification', name: 'organizer-verification', component: () => import('@/views/desk/organizer/VerificationView.vue') },
  { path: 'recognitions', name: 'organizer-recognitions', component: () => import('@/views/desk/organizer/RecognitionsView.vue') },
  { path: 'projects', name: 'organizer-projects', component: () => import('@/views/desk/organizer/ProjectLibraryView.vue') },
  { path: 'institutions', name: 'organizer-institutions', component: () => import('@/views/desk/organizer/InstitutionLibraryView.vue') },
  { path: 'import', name: 'organizer-import', component: () => import('@/views/desk/organizer/ImportView.vue') },
  { path: 'staff', name: 'organizer-staff', component: () => import('@/views/desk/organizer/StaffView.vue') },
  { path: 'exports', name: 'organizer-exports', component: () => import('@/views/desk/organizer/ExportsView.vue') },
  { path: 'feed', name: 'organizer-feed', component: () => import('@/views/desk/organizer/FeedView.vue') },
]

const startupScreens: RouteRecordRaw[] = [
  { path: '', name: 'startup', component: () => import('@/views/desk/startup/OverviewView.vue') },
  { path: 'card', name: 'startup-card', component: () => import('@/views/desk/startup/CardView.vue') },
  { path: 'book', name: 'startup-book', component: () => import('@/views/desk/startup/BookView.vue') },
  { path: 'bookings', name: 'startup-bookings', component: () => import('@/views/desk/startup/BookingsView.vue') },
  { path: 'questions', name: 'startup-questions', component: () => import('@/views/desk/startup/QuestionsView.vue') },
  { path: 'intents', name: 'startup-intents', component: () => import('@/views/desk/startup/IntentsView.vue') },
  { path: 'members', name: 'startup-members', component: () => import('@/views/desk/startup/MembersView.vue') },
  { path: 'recognitions', name: 'startup-recognitions', component: () => import('@/views/desk/startup/RecognitionsView.vue') },
]

const investorScreens: RouteRecordRaw[] = [
  { path: '', name: 'investor', component: () => import('@/views/desk/investor/OverviewView.vue') },
  { path: 'profile', name: 'investor-profile', component: () => import('@/views/desk/investor/ProfileView.vue') },
  { path: 'tickets', name: 'investor-tickets', component: () => import('@/views/desk/investor/TicketsView.vue') },
  { path: 'projects', name: 'investor-projects', component: () => import('@/views/desk/investor/ProjectsView.vue') },
  { path: 'intents', name: 'investor-intents', component: () => import('@/views/desk/investor/IntentsView.vue') },
  { path: 'calendar', name: 'investor-calendar', component: () => import('@/views/desk/investor/CalendarFeedView.vue') },
]

const inherit = (screens: RouteRecordRaw[]): RouteRecordRaw[] => screens.map((screen) => ({ ...screen, props: true }) as RouteRecordRaw)
const SHARED = ['terms', 'desk']

export const deskRoutes: RouteRecordRaw[] = [
  { path: '/desk', name: 'desk', component: () => import('@/views/desk/DeskHomeView.vue'), meta: { words: SHARED, signedIn: true } },
  { path: '/desk/organizer/new', name: 'organizer-new', component: () => import('@/views/desk/organizer/OrganizerNewView.vue'), meta: { words: [...SHARED, 'organizer'], signedIn: true } },
  { path: '/desk/company/new', name: 'startup-new', component: () => import('@/views/desk/startup/CompanyNewView.vue'), meta: { words: [...SHARED, 'startup'], signedIn: true } },
  { path: '/desk/institution/new', name: 'investor-new', component: () => import('@/views/desk/investor/InstitutionNewView.vue'), meta: { words: [...SHARED, 'investor'], signedIn: true } },
  {
    path: '/desk/organizer/:id',
    component: () => import('@/views/desk/organizer/OrganizerFrame.vue'),
    props: true,
    meta: { words: [...SHARED, 'organizer'], signedIn: true },
    children: inherit(organizerScreens),
  },
  {
    path: '/desk/company/:id',
    component: () => import('@/views/desk/startup/StartupFrame.vue'),
    props: true,
    meta: { words: [...SHARED, 'startup'], signedIn: true },
    children: inherit(startupScreens),
  },
  {
    path: '/desk/institution/:id',
    component: () => import('@/views/desk/investor/InvestorFrame.vue'),
    props: true,
    meta: { words: [...SHARED, 'investor'], signedIn: true },
    children: inherit(investorScreens),
  },
  { path: '/p/:project', name: 'project', component: () => import('@/views/desk/investor/ProjectView.vue'), props: true, meta: { words: [...SHARED, 'investor', 'intent'] } },
  { path: '/invitations/:token', name: 'invitation', component: () => import('@/views/desk/InvitationView.vue'), props: true, meta: { words: SHARED, signedIn: true } },
  { path: '/t/:code', name: 'ticket', component: () => import('@/views/desk/TicketCodeView.vue'), props: true, meta: { words: SHARED } },
]
