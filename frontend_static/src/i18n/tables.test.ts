import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

type Table = { [key: string]: string | Table }

const areasOf = (locale: string) => readdirSync(join(__dirname, locale)).sort()
const tableOf = (locale: string, area: string): Table => JSON.parse(readFileSync(join(__dirname, locale, area), 'utf8'))

function paths(table: Table, prefix = ''): string[] {
  return Object.entries(table).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${prefix}${key}`] : paths(value, `${prefix}${key}.`),
  )
}

function text(table: Table, path: string): string {
  return path.split('.').reduce<string | Table>((at, key) => (at as Table)[key]!, table) as string
}

const slots = (message: string) => [...message.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

test('both languages have the same areas', () => {
  expect(areasOf('en')).toEqual(areasOf('zh-CN'))
})

test.each(areasOf('zh-CN'))('%s has the same keys and placeholders in both languages', (area) => {
  const zh = tableOf('zh-CN', area)
  const en = tableOf('en', area)

  expect(paths(en).sort()).toEqual(paths(zh).sort())
  for (const path of paths(zh)) expect([path, ...new Set(slots(text(en, path)))]).toEqual([path, ...new Set(slots(text(zh, path)))])
})
