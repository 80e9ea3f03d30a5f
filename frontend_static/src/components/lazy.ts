/** Components that load when first shown, with the i18n areas their words are in. */
import { defineAsyncComponent, type Component } from 'vue'
import { needWords } from '@/i18n'

export function lazy(load: () => Promise<{ default: Component }>, ...words: string[]): Component {
  return defineAsyncComponent(() => Promise.all([load(), needWords(words)]).then(([loaded]) => loaded.default))
}
