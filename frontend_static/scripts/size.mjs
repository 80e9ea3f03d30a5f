/** Measures the JavaScript a visitor loads, gzipped: what each public page needs at first may weigh 90 KiB. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT_KIB = 90
const PAGES = {
  calendar: { view: 'src/views/public/CalendarView.vue', words: ['core', 'terms', 'public'] },
  roadshow: { view: 'src/views/public/RoadshowView.vue', words: ['core', 'terms', 'public', 'live', 'intent'] },
  join: { view: 'src/views/live/JoinView.vue', words: ['core', 'live'] },
  live: { view: 'src/views/live/LiveView.vue', words: ['core', 'terms', 'live'], frame: 'bare' },
}

const manifest = JSON.parse(readFileSync(new URL('../dist/.vite/manifest.json', import.meta.url)))
const gzipped = (file) => gzipSync(readFileSync(new URL(`../dist/${file}`, import.meta.url)), { level: 9 }).length / 1024

function closure(start, seen = new Set()) {
  const chunk = manifest[start]
  if (!chunk) throw new Error(`not in the build: ${start}`)
  if (seen.has(start)) return seen
  seen.add(start)
  for (const next of chunk.imports ?? []) closure(next, seen)
  return seen
}

/** What comes once a panel of the page is opened. */
function later(page) {
  const first = parts(page)
  const dynamic = [...closure(page.view)].flatMap((key) => manifest[key].dynamicImports ?? []).filter((key) => key.startsWith('src/views') && !first.has(key))
  return dynamic.flatMap((key) => [...closure(key)]).filter((key) => !first.has(key))
}

function parts({ view, words, frame }) {
  const keys = new Set()
  for (const start of ['index.html', view, ...(frame === 'bare' ? [] : ['src/components/AppHeader.vue']), ...words.map((area) => `src/i18n/zh-CN/${area}.json`)]) closure(start, keys)
  return keys
}

const weigh = (keys) => [...new Set([...keys].map((key) => manifest[key].file))].reduce((sum, file) => sum + gzipped(file), 0)

let isTooHeavy = false
for (const [name, page] of Object.entries(PAGES)) {
  const weight = weigh(parts(page))
  isTooHeavy ||= weight > LIMIT_KIB
  console.log(name.padEnd(9), weight.toFixed(1).padStart(6), `KiB of ${LIMIT_KIB} at first; its panels, when opened, ${weigh(later(page)).toFixed(1)} more`)
  if (process.argv.includes('--parts')) for (const key of parts(page)) console.log(gzipped(manifest[key].file).toFixed(1).padStart(18), 'KiB', key)
}
if (isTooHeavy) {
  console.error('Too heavy.')
  process.exit(1)
}
