/** What two writings of one word share: the server's rule (events/text.py); tests/same.json holds both to one table. */

const UNSEEN = /[\p{Cf}\p{DI}\u2800]/gu
const SIGNS: readonly (readonly [RegExp, string])[] = [
  [/[[{【〔〖〘〈《「『]/g, '('],
  [/[\]}】〕〗〙〉》」』]/g, ')'],
  [/[\u2010-\u2013\u2212]/g, '-'],
]

/** Without width, case and what cannot be seen, in 0–9, with one kind of bracket and hyphen. */
export function same(text: string): string {
  const plain = text.replace(UNSEEN, '').normalize('NFKC').replace(UNSEEN, '').toLowerCase().normalize('NFKC').replace(/\s+/g, ' ').trim()
  return SIGNS.reduce((kept, [signs, one]) => kept.replace(signs, one), plain.replace(/\p{Nd}/gu, digit))
}

/** Every script's digits stand in a row that begins at a multiple of sixteen, or six behind one. */
function digit(sign: string): string {
  const code = sign.codePointAt(0)!
  const isFirst = /\p{Nd}/u.test(String.fromCodePoint(code & ~15))
  return String((code & 15) - (isFirst ? 0 : 6))
}
