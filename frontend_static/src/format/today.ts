/** Which day it is in a place, by the server's clock: also in a page that was left open overnight. */
import { onScopeDispose, ref, type Ref } from 'vue'
import { serverNow } from '@/api/clock'
import { dayOf, HOME_ZONE } from './dates'

const LOOK_EVERY_MS = 30_000

/** YYYY-MM-DD there, renewed at midnight there. */
export function useToday(zone: string = HOME_ZONE): Readonly<Ref<string>> {
  const today = ref(dayOf(new Date(serverNow()), zone))
  const timer = setInterval(() => (today.value = dayOf(new Date(serverNow()), zone)), LOOK_EVERY_MS)
  onScopeDispose(() => clearInterval(timer))
  return today
}
