/** Text: zh-CN is the source, en complete; each area's table is fetched when a route first needs it. */
import { createI18n } from 'vue-i18n'
import type { Locale } from '@/api/types'

export const LOCALES: readonly Locale[] = ['zh-CN', 'en']
export type Area = string

type Table = Record<string, unknown>
const tables = import.meta.glob<{ default: Table }>(['./zh-CN/*.json', './en/*.json'])
const loaded = new Set<string>()
const wanted = new Set<Area>()

function stored(): Locale | null {
  try {
    const value = localStorage.getItem('roadshow.locale')
    return value === 'zh-CN' || value === 'en' ? value : null
  } catch {
    return null
  }
}

export function preferredLocale(languages: readonly string[] = navigator.languages): Locale {
  const kept = stored()
  if (kept) return kept
  const first = languages.find((language) => /^(zh|en)\b/i.test(language))
  return first && /^en/i.test(first) ? 'en' : 'zh-CN'
}

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: 'zh-CN',
  messages: {},
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
})

async function loadTable(locale: Locale, area: Area): Promise<void> {
  const name = `./${locale}/${area}.json`
  const fetchTable = tables[name]
  if (loaded.has(name) || !fetchTable) return
  const table = await fetchTable()
  i18n.global.mergeLocaleMessage(locale, table.default as never)
  loaded.add(name)
}

/** Makes the words of these areas ready in the current language. */
export async function needWords(areas: readonly Area[]): Promise<void> {
  areas.forEach((area) => wanted.add(area))
  await Promise.all(areas.map((area) => loadTable(currentLocale(), area)))
}

export function currentLocale(): Locale {
  return i18n.global.locale.value as Locale
}

export async function useLocale(locale: Locale): Promise<void> {
  await Promise.all([...wanted].map((area) => loadTable(locale, area)))
  i18n.global.locale.value = locale as never
  document.documentElement.lang = locale
}

export async function chooseLocale(locale: Locale): Promise<void> {
  await useLocale(locale)
  try {
    localStorage.setItem('roadshow.locale', locale)
  } catch {
    // A browser without storage simply asks again next time.
  }
}
