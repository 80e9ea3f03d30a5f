/** Coming in: sign in, sign up, or enter the demo as someone. */
import type { RouteRecordRaw } from 'vue-router'

export const accountRoutes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: () => import('@/views/account/SignInView.vue'), meta: { words: ['account'] } },
  { path: '/sign-up', name: 'sign-up', component: () => import('@/views/account/SignUpView.vue'), meta: { words: ['account'] } },
  { path: '/confirm', name: 'confirm', component: () => import('@/views/account/ConfirmView.vue'), meta: { words: ['account'] } },
  { path: '/forgot', name: 'forgot', component: () => import('@/views/account/ForgotView.vue'), meta: { words: ['account'] } },
  { path: '/reset', name: 'reset', component: () => import('@/views/account/ResetView.vue'), meta: { words: ['account'] } },
  { path: '/demo', name: 'demo', component: () => import('@/views/account/DemoView.vue'), meta: { words: ['account'] } },
]
