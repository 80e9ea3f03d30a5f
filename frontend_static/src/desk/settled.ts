/** What somebody types, once they pause. */
import { onScopeDispose, ref, watch, type Ref } from 'vue'

export function useSettled(typed: Ref<string>, pauseMs = 300): Ref<string> {
  const settled = ref(typed.value.trim())
  let timer = 0
  watch(typed, (text) => {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => (settled.value = text.trim()), pauseMs)
  })
  onScopeDispose(() => window.clearTimeout(timer))
  return settled
}
