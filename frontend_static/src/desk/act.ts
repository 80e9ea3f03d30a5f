/** Doing something that changes the world: once per press, busy meanwhile, and the answer said aloud. */
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { ApiError, OfflineError } from '@/api/problem'
import type { Locale } from '@/api/types'
import { toast } from '@/components/toasts'
import { i18n } from '@/i18n'

export type Act = {
  busy: Ref<boolean>
  error: ShallowRef<unknown>
  /** True when it was done. A refusal is kept in `error` (or shown as a toast when `quiet` is not set). */
  run: (work: () => Promise<unknown>, said?: { done?: string; undo?: () => void; inline?: boolean }) => Promise<boolean>
}

/** What to tell about a refusal in one line. */
export function inOneLine(error: unknown): string {
  const locale = i18n.global.locale.value as Locale
  if (error instanceof ApiError) return error.whole(locale)
  if (error instanceof OfflineError) return `${i18n.global.t('core.offline')}${i18n.global.t('core.offlineFix')}`
  return i18n.global.t('core.broken')
}

export function useAct(): Act {
  const busy = ref(false)
  const error = shallowRef<unknown>(null)
  async function run(work: () => Promise<unknown>, said: { done?: string; undo?: () => void; inline?: boolean } = {}): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    error.value = null
    try {
      await work()
      if (said.done) toast(said.done, said.undo ? { undo: said.undo } : {})
      return true
    } catch (problem) {
      error.value = problem
      if (!said.inline) toast(inOneLine(problem), { tone: 'bad' })
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, error, run }
}
