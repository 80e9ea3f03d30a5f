/** A list that does not jump under the finger: its order is renewed at most every few seconds. */
import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { settle } from './order'

const CALM_MS = 3_000

export function useCalm<Q extends { id: string }>(wanted: () => Q[], reset: () => unknown): Ref<Q[]> {
  const shown = shallowRef<Q[]>(wanted())
  const due = ref(false)
  const timer = window.setInterval(() => {
    if (!due.value) return
    due.value = false
    shown.value = wanted()
  }, CALM_MS)
  onScopeDispose(() => window.clearInterval(timer))
  watch(reset, () => (shown.value = wanted()))
  watch(wanted, (rows) => {
    due.value = true
    shown.value = settle(rows, shown.value.map(({ id }) => id))
  })
  return shown
}
