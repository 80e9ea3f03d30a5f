/** Who is looking: the signed-in user, memberships, and whether this is a demo. */
import { computed, readonly, ref } from 'vue'
import { get, post, remove, useCsrfToken } from './client'
import type { Me, Membership, MembershipKind } from './types'

const NOBODY: Me = { user: null, csrf_token: '', memberships: [], demo: false }
const state = ref<Me>(NOBODY)
const known = ref(false)
let pending: Promise<Me> | null = null

async function load(): Promise<Me> {
  const me = await get<Me>('/me')
  useCsrfToken(me.csrf_token ?? '')
  state.value = { ...NOBODY, ...me }
  known.value = true
  return state.value
}

/** Asks the server once; later calls share the answer. */
export function ensureMe(): Promise<Me> {
  if (known.value) return Promise.resolve(state.value)
  pending ??= load().finally(() => {
    pending = null
  })
  return pending
}

/** Asks again, after something that changes who we are. */
export function reloadMe(): Promise<Me> {
  known.value = false
  return ensureMe()
}

export async function signOut(): Promise<void> {
  await remove('/session')
  await reloadMe()
}

export async function enterDemo(role: string): Promise<Me> {
  await post('/demo/enter', { role })
  return reloadMe()
}

export function useMe() {
  const of = (kind: MembershipKind): Membership[] =>
    state.value.memberships.filter((membership) => membership.kind === kind && membership.state !== 'requested')
  return {
    me: readonly(state),
    known: readonly(known),
    user: computed(() => state.value.user),
    organizers: computed(() => of('organizer')),
    companies: computed(() => of('company')),
    institutions: computed(() => of('institution')),
  }
}
