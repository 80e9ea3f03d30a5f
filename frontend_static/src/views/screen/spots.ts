/** What stands where on a screen, each loaded when it has something to show: a noun joins by its row. */
import type { Component } from 'vue'
import { lazy } from '@/components/lazy'
import type { Wall } from './wall'

/** over: flies over everything · poll: the main place when a poll is shown · contest: the reveal · lower: the overlay's lower third. */
export type ScreenSpot = 'over' | 'poll' | 'contest' | 'lower'
export type ScreenStanding = {
  key: string
  view: Component
  /** Whether there is anything to show; what is false is not even loaded. */
  when: (wall: Wall) => boolean
}

const hasPoll = ({ poll }: Wall): boolean => poll.value !== null

export const SCREEN_SPOTS: Record<ScreenSpot, readonly ScreenStanding[]> = {
  over: [{ key: 'danmaku', view: lazy(() => import('@/views/danmaku/ScreenDanmaku.vue'), 'danmaku'), when: ({ room }) => room.value?.state === 'open' }],
  poll: [{ key: 'poll', view: lazy(() => import('@/views/polls/ScreenPoll.vue'), 'polls'), when: hasPoll }],
  contest: [{ key: 'contest', view: lazy(() => import('@/views/polls/ScreenContest.vue'), 'polls'), when: ({ live }) => !!live.publicState.value?.contest?.shown.length }],
  lower: [{ key: 'poll', view: lazy(() => import('@/views/polls/OverlayPoll.vue'), 'polls'), when: hasPoll }],
}
