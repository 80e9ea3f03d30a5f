/** The unified social credit code (GB 32100-2015), judged while it is typed. */

import { same } from '@/format/same'

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const LENGTH = 18

export type CreditCodeVerdict =
  | { state: 'empty' }
  | { state: 'letter'; at: number; letter: string }
  | { state: 'short'; missing: number }
  | { state: 'long' }
  | { state: 'wrong'; expected: string }
  | { state: 'good' }

export function plainCode(typed: string): string {
  return same(typed).toUpperCase().replace(/[\s-]/g, '')
}

/** The 18th character that the first 17 demand (weights 3^i mod 31). */
export function checkCharacter(first17: string): string {
  const sum = [...first17].reduce((total, letter, index) => total + ALPHABET.indexOf(letter) * (3 ** index % 31), 0)
  return ALPHABET[(31 - (sum % 31)) % 31]!
}

export function judgeCreditCode(typed: string): CreditCodeVerdict {
  const code = plainCode(typed)
  if (!code) return { state: 'empty' }
  const at = [...code].findIndex((letter) => !ALPHABET.includes(letter))
  if (at >= 0) return { state: 'letter', at: at + 1, letter: code[at]! }
  if (code.length > LENGTH) return { state: 'long' }
  if (code.length < LENGTH) return { state: 'short', missing: LENGTH - code.length }
  const expected = checkCharacter(code.slice(0, 17))
  return expected === code[17] ? { state: 'good' } : { state: 'wrong', expected }
}

/** A fund manager's registration number: P and seven digits. */
export function isRegistrationNumber(typed: string): boolean {
  return /^P\d{7}$/.test(plainCode(typed))
}
