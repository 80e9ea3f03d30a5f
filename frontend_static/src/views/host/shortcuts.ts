/** The host's keys: one table that the console listens to and that ? lists. */
import { onScopeDispose } from 'vue'
import { shortcutOf } from '@/keys'

export const SHORTCUTS = ['j', 'k', 'a', 'h', 'p', 'r', 'd', 'w', 'u', 'l', 't', 'n', 'z', '[', ']', '1', '2', '3', '4', '5', '?'] as const
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
    const name = isTyping(event.target) ? null : shortcutOf(event)
    const act = acts[name as Shortcut]
    if (!act) return
    event.preventDefault()
    act()
  }
  window.addEventListener('keydown', press)
  onScopeDispose(() => window.removeEventListener('keydown', press))
}
