/** Sums of ranges of money. */

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
