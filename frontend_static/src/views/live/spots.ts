/** What stands where in the live room, each loaded when it has something to show: a noun joins by its row. */
import type { Component } from 'vue'
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
  above: [],
  stage: [],
  poll: [],
  dock: [],
}
