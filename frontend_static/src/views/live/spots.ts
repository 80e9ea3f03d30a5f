/** What stands where in the live room, each loaded when it has something to show: a noun joins by its row. */
import type { Component } from 'vue'
import { lazy } from '@/components/lazy'
import type { Place } from './place'

/** above: over the stage · stage: inside its card · poll: between stage and questions · dock: beside the composer. */
export type Spot = 'above' | 'stage' | 'poll' | 'dock'
export type Standing = {
  key: string
  view: Component
  /** Whether there is anything to show; what is false is not even loaded. */
  when: (place: Place) => boolean
}

export const SPOTS: Record<Spot, readonly Standing[]> = {
  above: [{ key: 'slides', view: lazy(() => import('@/views/stage/PhoneSlides.vue'), 'stage'), when: ({ live }) => !!live.publicState.value?.deck }],
  stage: [
    { key: 'clock', view: lazy(() => import('@/views/stage/PhoneClock.vue'), 'stage'), when: ({ live }) => live.publicState.value?.stage?.timer.started_at != null && !live.publicState.value.stage.timer.ended_at },
    { key: 'danmaku', view: lazy(() => import('@/views/danmaku/StageDanmaku.vue'), 'danmaku'), when: ({ isOpen }) => isOpen.value },
  ],
  poll: [{ key: 'polls', view: lazy(() => import('@/views/polls/RoomPolls.vue'), 'polls'), when: ({ live }) => !!live.publicState.value?.polls.length || !!live.publicState.value?.contest?.shown.length }],
  dock: [],
}
