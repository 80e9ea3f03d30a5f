/** Commands as a screen gives them: done is said, with a way back; a refusal is said in the reader's words. */
import { useI18n } from 'vue-i18n'
import { ApiError } from '@/api/problem'
import type { Locale } from '@/api/types'
import { toast } from '@/components/toasts'
import type { Room } from './room'

/** Resolves with the answer, or null when it was refused and the reader was told so. */
export type Send = <T = unknown>(name: string, body: Record<string, unknown>, done?: string, undo?: (answer: T) => void) => Promise<T | null>

export function useSend(command: Room['command']): Send {
  const { t, locale } = useI18n()
  return async <T>(name: string, body: Record<string, unknown>, done?: string, undo?: (answer: T) => void) => {
    try {
      const answer = await command<T>(name, body)
      if (done) toast(done, undo ? { undo: () => undo(answer) } : {})
      return answer
    } catch (error) {
      const tongue = locale.value as Locale
      toast(error instanceof ApiError ? error.whole(tongue) : t('core.broken'), { tone: 'bad' })
      return null
    }
  }
}
