/** What anyone may see: the calendar and a roadshow's page. */
import type { RouteRecordRaw } from 'vue-router'

export const publicRoutes: RouteRecordRaw[] = [
  { path: '/', name: 'calendar', component: () => import('@/views/public/CalendarView.vue'), meta: { words: ['terms', 'public', 'account'] } },
  { path: '/r/:id', name: 'roadshow', component: () => import('@/views/public/RoadshowView.vue'), props: true, meta: { words: ['terms', 'public', 'intent'] } },
]
