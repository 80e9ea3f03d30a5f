/** Money as people write it, read as the server reads it (events/amounts.py); tests/amounts.json holds both to one table. */

import { same } from './same'

export type Bare = 'wan' | 'yuan'
const YUAN = 100n
const BARE: Record<Bare, bigint> = { wan: 10_000n * YUAN, yuan: YUAN }
const MOST_FEN = 10n ** 15n
const SCALES: Record<string, bigint> = {
  '': 1n,
  k: 10n ** 3n,
  thousand: 10n ** 3n,
  万: 10n ** 4n,
  w: 10n ** 4n,
  m: 10n ** 6n,
  mn: 10n ** 6n,
  million: 10n ** 6n,
  亿: 10n ** 8n,
  bn: 10n ** 9n,
  billion: 10n ** 9n,
  万亿: 10n ** 12n,
}
const TENS: Record<string, bigint> = { '': 1n, 十: 10n, 百: 100n, 千: 1000n }
const COINS: Record<string, bigint> = { '': YUAN, 元: YUAN, 圆: YUAN, 块: YUAN, 角: 10n, 分: 1n }
const AROUND = /^(?:人民币|rmb|cny|¥)|(?:人民币|rmb|cny|整)$/g
const PART = /(\d{1,3}(?:,\d{3})+|\d*)(?:\.(\d*))?([十百千]?)(万亿|亿|万|w|million|mn|m|billion|bn|thousand|k|)([元圆块角分]?)/y

/** Fen; null for an empty text; NaN for what is no amount, or could be read in two ways. */
export function fenOf(typed: string, bare: Bare): number | null {
  const plain = same(typed).replaceAll(' ', '').replaceAll('億', '亿').replaceAll('萬', '万').replaceAll('圓', '圆')
  const text = plain.replace(AROUND, '')
  if (typed.length > 100) return Number.NaN
  if (!text) return plain ? Number.NaN : null
  let total = 0n
  let before = 0n
  for (let at = 0; at < text.length; at = PART.lastIndex) {
    PART.lastIndex = at
    const found = PART.exec(text)
    if (!found || !(found[1] || found[2])) return Number.NaN
    const part = found[2] ?? ''
    const unit = unitOf(found, found[0] === text ? BARE[bare] : null)
    const scaled = BigInt(found[1]!.replaceAll(',', '') + part) * (unit ?? 0n)
    const divisor = 10n ** BigInt(part.length)
    if (unit === null || scaled % divisor || (at && (unit >= before || scaled / divisor >= before))) return Number.NaN
    total += scaled / divisor
    before = unit
  }
  return total > MOST_FEN ? Number.NaN : Number(total)
}

function unitOf([, , , tens, scale, coin]: RegExpExecArray, alone: bigint | null): bigint | null {
  if (!tens && !scale && !coin && alone !== null) return alone
  if ((!scale && !coin) || ((scale || tens) && COINS[coin!]! < YUAN)) return null
  return TENS[tens!]! * SCALES[scale!]! * COINS[coin!]!
}
