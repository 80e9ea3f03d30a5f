/** How one person likes danmaku on this device. */
import { reactive, watch } from 'vue'

export type Size = 's' | 'm' | 'l'
export type Area = 'quarter' | 'half' | 'full'
export type Taste = { on: boolean; size: Size; area: Area; opacity: number }

const PLACE = 'roadshow.danmaku'
const USUAL: Taste = { on: true, size: 'm', area: 'half', opacity: 0.9 }

function kept(): Partial<Taste> {
  try {
    return JSON.parse(localStorage.getItem(PLACE) ?? '{}') as Partial<Taste>
  } catch {
    return {}
  }
}

let shared: Taste | null = null

/** The same for every layer of the page. */
export function useTaste(): Taste {
  if (shared) return shared
  const taste = reactive<Taste>({ ...USUAL, ...kept() })
  watch(taste, (value) => {
    try {
      localStorage.setItem(PLACE, JSON.stringify(value))
    } catch {
      // Without storage the taste lasts as long as the page.
    }
  })
  return (shared = taste)
}
