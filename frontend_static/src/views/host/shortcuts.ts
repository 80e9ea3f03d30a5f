/** The host's keys: one table that the console listens to and that ? lists. */
import { onScopeDispose } from 'vue'

export const SHORTCUTS = ['j', 'k', 'a', 'h', 'p', 'r', 'd', 'w', 'u', 'l', 't', 'n', '[', ']', '1', '2', '3', '4', '5', '?'] as const
export type Shortcut = (typeof SHORTCUTS)[number]

const NOT_TEXT = new Set(['radio', 'checkbox', 'button', 'submit'])

/** Whether the key belongs to what is focused: a text, a list, or a dialog. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.closest('dialog') || ['TEXTAREA', 'SELECT'].includes(target.tagName)) return true
  return target instanceof HTMLInputElement && !NOT_TEXT.has(target.type)
}

/** Listens for these keys as long as the panel is there. */
export function useShortcuts(acts: Partial<Record<Shortcut, () => void>>): void {
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return
    const act = acts[event.key.toLowerCase() as Shortcut]
    if (!act) return
    event.preventDefault()
    act()
  }
  window.addEventListener('keydown', press)
  onScopeDispose(() => window.removeEventListener('keydown', press))
}
