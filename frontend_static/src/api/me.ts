/** Who is looking: the signed-in user, memberships, and whether this is a demo. */
import { computed, readonly, ref } from 'vue'
import { askAgain } from './again'
import { forgetDraftsOf } from './drafts'
import { get, onNotYou, post, remove, useCsrfToken } from './client'
import { ApiError } from './problem'
import type { Me, Membership, MembershipKind, User } from './types'

const NOBODY: Me = { user: null, csrf_token: '', memberships: [], demo: false }
const state = ref<Me>(NOBODY)
const known = ref(false)
let pending: Promise<Me> | null = null

/** Where somebody comes in: whoever the browser was before does not matter. */
const ENTRANCE = /^\/(session|accounts|demo)/

async function load(): Promise<Me> {
  const me = await get<Me>('/me')
  useCsrfToken(me.csrf_token ?? '')
  state.value = { ...NOBODY, ...me }
  known.value = true
  return state.value
}

/**
 * A write was refused for who sent it. Renewed elsewhere, the login's new token is taken; ended, the same person is
 * asked to sign in again; another person's login is never written with.
 */
async function look(path: string): Promise<boolean> {
  const { user: before, csrf_token: token } = state.value
  const now = await get<Me>('/me')
  if (ENTRANCE.test(path) || now.user?.id === before?.id) {
    useCsrfToken(now.csrf_token ?? '')
    state.value = { ...state.value, csrf_token: now.csrf_token }
    return now.csrf_token !== token
  }
  if (now.user) throw new ApiError(otherPerson(now.user, before))
  return !!before && !before.is_guest && askAgain(before)
}

/** The person of this page, signed in again after their login ended; nobody else is taken. Refuses: other_person. */
export async function signInAgain(email: string, password: string): Promise<void> {
  const before = state.value.user
  await post('/session', { email, password })
  const me = await get<Me>('/me')
  if (me.user && me.user.id !== before?.id) throw new ApiError(otherPerson(me.user, before))
  useCsrfToken(me.csrf_token ?? '')
  state.value = { ...NOBODY, ...me }
}

function otherPerson(now: User, before: User | null) {
  const was = before?.name
  return {
    status: 409,
    code: 'other_person',
    message: { 'zh-CN': `这个浏览器现在登录的是“${now.name}”${was ? `，不是“${was}”` : ''}，没有提交。`, en: `This browser is now signed in as ${now.name}${was ? `, not ${was}` : ''}; nothing was sent.` },
    fix: { 'zh-CN': '您填写的内容还在；请换回原来的账号登录后再提交。', en: 'What you typed is kept; sign in as yourself again, then send it.' },
  }
}

onNotYou(look)

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

/** Ends the login; what this person had typed and not sent goes with it. */
export async function signOut(): Promise<void> {
  await remove('/session')
  if (state.value.user) forgetDraftsOf(state.value.user.id)
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
