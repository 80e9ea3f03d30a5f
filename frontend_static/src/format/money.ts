/** Money: integer 分 in, 万元 or 亿元 (CNY thousand, million or billion in English) out, and the exact value on demand. */
import type { Locale } from '@/api/types'

const FEN_PER_YUAN = 100
const WAN = 1e4 * FEN_PER_YUAN
const YI = 1e8 * FEN_PER_YUAN

function number(value: number, locale: Locale, digits = 2): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value)
}

function chinese(fen: number): string {
  if (fen >= YI) return `${number(fen / YI, 'zh-CN')} 亿元`
  if (fen >= WAN) return `${number(fen / WAN, 'zh-CN')} 万元`
  return `${number(fen / FEN_PER_YUAN, 'zh-CN')} 元`
}

function english(fen: number): string {
  const yuan = fen / FEN_PER_YUAN
  if (yuan >= 1e9) return `CNY ${number(yuan / 1e9, 'en')} billion`
  if (yuan >= 1e6) return `CNY ${number(yuan / 1e6, 'en')} million`
  return `CNY ${number(yuan, 'en')}`
}

export function money(fen: number, locale: Locale): string {
  return locale === 'en' ? english(fen) : chinese(fen)
}

export function exactMoney(fen: number, locale: Locale): string {
  const yuan = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(fen / FEN_PER_YUAN)
  return locale === 'en' ? `CNY ${yuan}` : `${yuan} 元`
}

/** "500 万元 – 2,000 万元"; one end missing reads as 以上 / 以内; both missing is null. */
export function moneyRange(min: number | null, max: number | null, locale: Locale): string | null {
  if (min === null && max === null) return null
  if (min !== null && max !== null) return min === max ? money(min, locale) : `${money(min, locale)} – ${money(max, locale)}`
  if (min !== null) return locale === 'en' ? `from ${money(min, locale)}` : `${money(min, locale)}以上`
  return locale === 'en' ? `up to ${money(max!, locale)}` : `${money(max!, locale)}以内`
}

export const fenFromWan = (wan: number): number => Math.round(wan * WAN)

/** The 万元 text of an amount, without trailing zeros: what an input shows. */
export function wanOfFen(fen: number | null | undefined): string {
  if (fen === null || fen === undefined) return ''
  const whole = Math.floor(fen / WAN)
  const part = String(fen % WAN).padStart(6, '0').replace(/0+$/, '')
  return part ? `${whole}.${part}` : String(whole)
}
