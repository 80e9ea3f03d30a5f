/** A list that holds still under the finger: it moves at most every few seconds, never while somebody reads or taps in it. */
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { held } from './order'

const CALM_MS = 2_000
const TOUCH_MS = 2_000
const LOOK_MS = 500

export type Calm<Q> = {
  rows: Ref<Q[]>
  /** How many newcomers wait to be let in, because they would push what is being read. */
  waiting: Ref<number>
  /** Somebody's finger, pointer or key is in the list. */
  touch: () => void
  /** Everything as it should be, now. */
  renew: () => void
}

/** @param isReading whether the reader is somewhere down the list, @param reset what makes it another list. */
export function useCalm<Q extends { id: string }>(wanted: () => Q[], reset: () => unknown, isReading: () => boolean): Calm<Q> {
  const rows = shallowRef<Q[]>(wanted())
  const waiting = ref(0)
  let isDue = false
  let movedAt = 0
  let touchedAt = 0

  function renew(): void {
    const next = wanted()
    if (next.some(({ id }, index) => id !== rows.value[index]?.id)) movedAt = Date.now()
    rows.value = next
    waiting.value = 0
    isDue = false
  }
  function look(): void {
    const now = Date.now()
    if (isDue && now - movedAt >= CALM_MS && now - touchedAt >= TOUCH_MS && !isReading()) renew()
  }

  const timer = setInterval(look, LOOK_MS)
  onScopeDispose(() => clearInterval(timer))
  watch(reset, renew)
  watch(wanted, (next) => {
    rows.value = held(next, rows.value)
    waiting.value = next.length - rows.value.length
    isDue = true
    look()
  })
  return { rows, waiting, touch: () => (touchedAt = Date.now()), renew }
}
