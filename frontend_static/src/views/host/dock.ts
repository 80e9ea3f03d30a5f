/** The dock's panels, each loaded when first opened: a noun joins the console by its row. Labels: `host.dock.KEY`. */
import type { Component } from 'vue'
import { lazy } from '@/components/lazy'
import type { StaffState } from '@/live/fold'

export type DockPanel = {
  key: string
  view: Component
  /** The number on its tab, if it counts something. */
  count?: (staff: StaffState) => number
}

export const DOCK: readonly DockPanel[] = [
  { key: 'intents', view: lazy(() => import('./IntentsPanel.vue')), count: ({ intents }) => intents.length },
  { key: 'polls', view: lazy(() => import('@/views/polls/HostPolls.vue'), 'polls'), count: ({ polls }) => polls.length },
  { key: 'contest', view: lazy(() => import('@/views/polls/HostContest.vue'), 'polls') },
  { key: 'danmaku', view: lazy(() => import('@/views/danmaku/HostDanmaku.vue'), 'danmaku'), count: ({ held }) => held.length },
  { key: 'podium', view: lazy(() => import('./PodiumPanel.vue')) },
  { key: 'screens', view: lazy(() => import('./ScreensPanel.vue')) },
  { key: 'record', view: lazy(() => import('./RecordPanel.vue')) },
]
