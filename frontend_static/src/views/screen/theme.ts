/** The big screen's high-contrast theme, as long as a screen is shown. */
import { onScopeDispose } from 'vue'

export function useScreenTheme(): void {
  const root = document.documentElement
  const before = root.dataset.theme
  root.dataset.theme = 'screen'
  onScopeDispose(() => {
    if (before && before !== 'screen') root.dataset.theme = before
    else delete root.dataset.theme
  })
}
