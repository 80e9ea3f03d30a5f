/** Addresses to screens; each area brings its own table, its own words, and loads when first visited. */
import { nextTick, ref } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { ensureMe } from './api/me'
import { hasUnsaved } from './components/unsaved'
import { i18n, needWords } from './i18n'
import { accountRoutes } from './routes/account'
import { liveRoutes } from './routes/live'
import { publicRoutes } from './routes/public'

declare module 'vue-router' {
  interface RouteMeta {
    /** i18n areas whose words the screen uses (besides "core"). */
    words?: string[]
    /** True when only a signed-in person may look; others are sent to sign in and back. */
    signedIn?: boolean
    /** "bare" screens bring their own frame (big screen). */
    frame?: 'page' | 'bare'
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    ...publicRoutes,
    ...liveRoutes,
    ...accountRoutes,
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./views/public/MissingView.vue') },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
})

/** The page's header, which screens with a frame of their own never need. */
export const loadHeader = () => import('./components/AppHeader.vue')

/** True while the next screen is on its way. */
export const navigating = ref(false)

/** A new screen starts with its own title and the reader at its beginning; screens may name themselves more closely. */
router.afterEach((to, from) => {
  navigating.value = false
  if (to.path === from.path) return
  document.title = i18n.global.t('core.brand')
  if (from.matched.length) void nextTick(() => document.getElementById('main')?.focus({ preventScroll: true }))
})
router.onError(() => {
  navigating.value = false
})

let hasDesks = false

/** The desks' table joins when an address is first not found among the light ones. */
async function addDesks(): Promise<void> {
  hasDesks = true
  const { deskRoutes } = await import('./routes/desk')
  deskRoutes.forEach((route) => router.addRoute(route))
}

router.beforeEach(async (to, from) => {
  if (to.path !== from.path && hasUnsaved() && !window.confirm(i18n.global.t('core.draft.leave'))) return false
  if (to.name === 'missing' && !hasDesks) {
    await addDesks()
    return to.fullPath
  }
  navigating.value = true
  const words = needWords(['core', ...to.matched.flatMap((record) => record.meta.words ?? [])])
  if (to.meta.frame !== 'bare') void loadHeader().catch(() => undefined)
  const me = await ensureMe().catch(() => null)
  await words
  if (to.meta.frame !== 'bare') await loadHeader()
  if (to.meta.signedIn && me && !me.user) return { name: 'sign-in', query: { next: to.fullPath } }
  return true
})
