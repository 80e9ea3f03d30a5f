/** What a screen reader hears instead of a flood: how many in the last seconds, and what most of them said; pure. */
import { same } from '@/format/same'

export type Digest = { seconds: number; count: number; most: readonly string[] }

export const DIGEST_SECONDS = 15
const NAMED = 3

/** Same words, whatever the exclamation: 「好!!!」 and 「好」 are one. */
function gist(text: string): string {
  const plain = same(text).replace(/[\p{P}\p{S}\s]+/gu, '')
  return plain.replace(/(.+?)\1{2,}/gu, '$1$1$1') || text.trim()
}

export function digest(texts: readonly string[], seconds = DIGEST_SECONDS): Digest | null {
  if (!texts.length) return null
  const said = new Map<string, { text: string; times: number }>()
  for (const text of texts) {
    const known = said.get(gist(text))
    said.set(gist(text), { text: known?.text ?? text, times: (known?.times ?? 0) + 1 })
  }
  const most = [...said.values()].sort((a, b) => b.times - a.times).slice(0, NAMED)
  return { seconds, count: texts.length, most: most.map(({ text }) => text) }
}
