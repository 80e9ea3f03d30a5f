/** Theme and type size: chosen once, kept on this device. */
import { ref } from 'vue'

export type Theme = 'auto' | 'light' | 'dark'

function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name)
    else localStorage.setItem(name, value)
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

const root = document.documentElement
const given = root.dataset.theme
export const theme = ref<Theme>(given === 'light' || given === 'dark' ? given : 'auto')
export const largeType = ref(root.dataset.type === 'large')

export function chooseTheme(value: Theme): void {
  theme.value = value
  if (value === 'auto') delete root.dataset.theme
  else root.dataset.theme = value
  keep('roadshow.theme', value === 'auto' ? null : value)
}

export function chooseLargeType(on: boolean): void {
  largeType.value = on
  if (on) root.dataset.type = 'large'
  else delete root.dataset.type
  keep('roadshow.type', on ? 'large' : null)
}
