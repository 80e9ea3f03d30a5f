/** What two writings of one word share: the server's rule (events/text.py); tests/same.json holds both to one table. */

/** Without width, case and what cannot be seen, in 0–9, with one kind of bracket and hyphen. */
export const same = (text: string): string =>
  text
    .replace(/[\p{Cf}\p{DI}\u2800]/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Nd}/gu, digit)
    .replace(/[[{【〔〖〘〈《「『]/g, '(')
    .replace(/[\]}】〕〗〙〉》」』]/g, ')')
    .replace(/[‐-–−]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()

/** Every script's digits stand in a row that begins at a multiple of sixteen, or six behind one. */
function digit(sign: string): string {
  const code = sign.codePointAt(0)!
  return `${(code & 15) - (/\p{Nd}/u.test(String.fromCodePoint(code & ~15)) ? 0 : 6)}`
}
