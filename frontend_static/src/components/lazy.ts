/** Components that load when first shown, with the i18n areas their words are in; without a line they wait for it. */
import { defineAsyncComponent, type Component } from 'vue'
import { needWords } from '@/i18n'

const TRIES = 30
const LONGEST_PAUSE_MS = 15_000

export function lazy(load: () => Promise<{ default: Component }>, ...words: string[]): Component {
  return defineAsyncComponent({
    loader: () => Promise.all([load(), needWords(words)]).then(([loaded]) => loaded.default),
    onError: (_error, retry, fail, tries) => {
      if (tries >= TRIES) fail()
      else window.setTimeout(retry, Math.min(LONGEST_PAUSE_MS, 1_000 * tries))
    },
  })
}
