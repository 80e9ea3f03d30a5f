import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SOURCES = join(__dirname, '..')
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

test.each(['en', 'zh-CN'].flatMap((locale) => areasOf(locale).map((area) => [locale, area] as const)))('%s/%s names no key twice', (locale, area) => {
  const written = readFileSync(join(__dirname, locale, area), 'utf8')

  // Parsing keeps the last of two equal keys, so a file with such a pair is shorter when written anew.
  const packed = written.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1')
  expect(JSON.stringify(JSON.parse(written)).length).toBe(packed.length)
})

test('every text named in a source is one, and not a group of texts', () => {
  const known = new Set(areasOf('en').flatMap((area) => paths(tableOf('en', area))))
  const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.test)\.(vue|ts)$/.test(name))
  const named = sources.flatMap((name) => [...readFileSync(join(SOURCES, name), 'utf8').matchAll(/\bt\('([\w.]+)'/g)].map((found) => `${name}: ${found[1]}`))

  expect(named.length).toBeGreaterThan(300)
  expect(named.filter((name) => !known.has(name.split(': ')[1]!))).toEqual([])
})
