/** The live side: the audience's room, joining by code, the host's console, the big screen. */
import type { RouteRecordRaw } from 'vue-router'

export const liveRoutes: RouteRecordRaw[] = [
  { path: '/live/:id', name: 'live', component: () => import('@/views/live/LiveView.vue'), props: true, meta: { words: ['terms', 'live'], frame: 'bare' } },
  { path: '/judge/:token', name: 'judge-invitation', component: () => import('@/views/polls/JudgeInvitationView.vue'), props: true, meta: { words: ['polls'], signedIn: true } },
  { path: '/judging/:id', name: 'judge', component: () => import('@/views/polls/JudgeView.vue'), props: true, meta: { words: ['polls'], signedIn: true } },
  { path: '/join/:code?', name: 'join', component: () => import('@/views/live/JoinView.vue'), props: true, meta: { words: ['live'] } },
  {
    path: '/host/:id',
    name: 'host',
    component: () => import('@/views/host/HostView.vue'),
    props: true,
    meta: { words: ['terms', 'live', 'intent', 'host', 'stage'], signedIn: true, frame: 'bare' },
  },
  {
    path: '/screen/:id',
    name: 'screen',
    component: () => import('@/views/screen/ScreenView.vue'),
    props: true,
    meta: { words: ['live', 'screen', 'stage'], frame: 'bare' },
  },
  {
    path: '/live/:id/speaker',
    name: 'speaker',
    component: () => import('@/views/stage/SpeakerView.vue'),
    props: true,
    meta: { words: ['live', 'stage'], signedIn: true, frame: 'bare' },
  },
  {
    path: '/s/:address',
    name: 'shown',
    component: () => import('@/views/screen/ShownView.vue'),
    props: true,
    meta: { words: ['live', 'screen', 'stage'], frame: 'bare' },
  },
]
