/** What a lossy stream says, handed to whoever listens while it is said; nothing is kept. */
import { onScopeDispose } from 'vue'
import type { EntryFrame } from './frames'

export type Moment = Pick<EntryFrame, 'kind' | 'data'>
export type Moments = { hear: (entry: Moment) => void; on: (listener: (moment: Moment) => void) => () => void }

export function createMoments(): Moments {
  const listeners = new Set<(moment: Moment) => void>()
  return {
    hear: (entry) => listeners.forEach((listener) => listener(entry)),
    on: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Listens as long as the component is there. */
export function useMoments(moments: Moments, listener: (moment: Moment) => void): void {
  onScopeDispose(moments.on(listener))
}
