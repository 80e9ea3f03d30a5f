/** Starts the page: words, looks, routes. */
import { createApp } from 'vue'
import App from './App.vue'
import { pressOnce } from './keys'
import { i18n, preferredLocale, useLocale } from './i18n'
import { router } from './router'
import './styles/tokens.css'
import './styles/base.css'

pressOnce(window)

async function start(): Promise<void> {
  await useLocale(preferredLocale())
  createApp(App).use(i18n).use(router).mount('#app')
}

void start()
