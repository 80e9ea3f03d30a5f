/** Asks before somebody leaves a screen with something typed that is kept nowhere. */
import { onScopeDispose } from 'vue'

const asked = new Set<() => boolean>()

/** True when a form of this screen holds what would be lost. */
export const hasUnsaved = (): boolean => [...asked].some((isLost) => isLost())

const ask = (event: BeforeUnloadEvent) => hasUnsaved() && event.preventDefault()

/** While the caller lives: leaving the screen or the page asks first if `isLost` says so then. */
export function useUnsaved(isLost: () => boolean): void {
  if (!asked.size) window.addEventListener('beforeunload', ask)
  asked.add(isLost)
  onScopeDispose(() => {
    asked.delete(isLost)
    if (!asked.size) window.removeEventListener('beforeunload', ask)
  })
}
