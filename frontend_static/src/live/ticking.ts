/** The server's time as a screen shows it: renewed four times a second, only while the page is seen. */
import { onScopeDispose, ref, type Ref } from 'vue'
import type { Room } from './room'

const TICK_MS = 250

export function useServerNow({ serverNow }: Pick<Room, 'serverNow'>, everyMs = TICK_MS): Ref<number> {
  const now = ref(serverNow())
  const timer = window.setInterval(() => {
    if (document.visibilityState !== 'hidden') now.value = serverNow()
  }, everyMs)
  onScopeDispose(() => window.clearInterval(timer))
  return now
}
