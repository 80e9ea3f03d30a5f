/** Measures the JavaScript a visitor loads, gzipped: public pages and the live room together may weigh 90 KiB. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT_KIB = 90
const ROUTES = ['src/views/public/CalendarView.vue', 'src/views/public/RoadshowView.vue', 'src/views/live/LiveView.vue', 'src/views/live/JoinView.vue']
const AREAS = ['core', 'terms', 'public', 'live', 'intent']

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

const files = new Map()
for (const entry of ['index.html', ...ROUTES, ...AREAS.map((area) => `src/i18n/zh-CN/${area}.json`)]) {
  for (const key of closure(entry)) files.set(manifest[key].file, gzipped(manifest[key].file))
}
const total = [...files.values()].reduce((sum, size) => sum + size, 0)
for (const [file, size] of [...files].sort((a, b) => b[1] - a[1])) console.log(size.toFixed(1).padStart(7), 'KiB', file)
console.log(total.toFixed(1).padStart(7), `KiB of ${LIMIT_KIB}: public pages and live room, gzipped`)
if (total > LIMIT_KIB) {
  console.error(`Too heavy by ${(total - LIMIT_KIB).toFixed(1)} KiB.`)
  process.exit(1)
}
