/** What a key press asks for: one act a press, never from inside a word that is still being composed. */

const WIDE: Record<string, string> = { '【': '[', '】': ']', '「': '[', '」': ']', '、': '\\', '。': '.', '《': '<', '》': '>', '“': '"', '”': '"', '‘': "'", '’': "'", '￥': '$' }
const COMPOSING = 229

type Press = Pick<KeyboardEvent, 'key' | 'isComposing' | 'keyCode' | 'repeat' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** Whether the key still belongs to an input method; some browsers say so only by the key code. */
export function isComposing(event: Pick<Press, 'isComposing' | 'keyCode'>): boolean {
  return event.isComposing || event.keyCode === COMPOSING
}

/** A key as a half-width keyboard would send it, in lower case: Chinese layouts send full-width signs. */
export function plainKey(key: string): string {
  return (WIDE[key] ?? key.normalize('NFKC')).toLowerCase()
}

/** The shortcut that was pressed, or null: composing, held down, or with Ctrl, Alt or Meta it is none. */
export function shortcutOf(event: Press): string | null {
  if (isComposing(event) || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return null
  return plainKey(event.key)
}

/** Whether an Enter acts: not the one that ends a composition, not one that is held down. */
export function isEnter(event: Press): boolean {
  return event.key === 'Enter' && !isComposing(event) && !event.repeat
}

/** A button under a held Enter or space is pressed once; browsers would press it many times a second. */
export function pressOnce(page: Pick<Window, 'addEventListener'>): void {
  page.addEventListener(
    'keydown',
    (event) => {
      const isButton = event.target instanceof Element && !!event.target.closest('button, a, summary')
      if (event.repeat && isButton && (event.key === 'Enter' || event.key === ' ')) event.preventDefault()
    },
    true,
  )
}
