/** Money as people type it (万元, decimals allowed) and as the wire carries it (whole fen). */

const FEN_PER_WAN = 1_000_000
const TYPED = /^\d{1,9}(\.\d{0,6})?$/

/** Fen for a typed 万元 amount; null for an empty field; NaN when it is not an amount. */
export function fenOfWan(typed: string): number | null {
  const text = typed.trim().replace(/[,，\s]/g, '').replace(/万元?$/, '')
  if (!text) return null
  if (!TYPED.test(text)) return Number.NaN
  const [whole, part = ''] = text.split('.')
  return Number(whole) * FEN_PER_WAN + Number(part.padEnd(6, '0'))
}

/** The 万元 text of an amount, without trailing zeros: what an input shows. */
export function wanOfFen(fen: number | null | undefined): string {
  if (fen === null || fen === undefined) return ''
  const whole = Math.floor(fen / FEN_PER_WAN)
  const part = String(fen % FEN_PER_WAN).padStart(6, '0').replace(/0+$/, '')
  return part ? `${whole}.${part}` : String(whole)
}

/** The least and most a list of ranges adds up to; a one-sided range counts its one side. */
export function totalOf(ranges: readonly { amount_min_fen: number | null; amount_max_fen: number | null }[]): { least: number; most: number } {
  return ranges.reduce(
    (sum, range) => ({
      least: sum.least + (range.amount_min_fen ?? range.amount_max_fen ?? 0),
      most: sum.most + (range.amount_max_fen ?? range.amount_min_fen ?? 0),
    }),
    { least: 0, most: 0 },
  )
}
