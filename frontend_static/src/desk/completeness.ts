/** How much of a project card is filled, and what to fill next: what investors look for weighs most. */
import type { CardIn } from '@/api/deskTypes'

export const WEIGHTS = {
  one_liner: 15,
  stage: 10,
  industries: 10,
  region: 5,
  round: 5,
  ask_amount_fen: 10,
  instruments: 10,
  highlights: 15,
  team: 10,
  contact: 10,
} as const
export type CardPart = keyof typeof WEIGHTS

function isFilled(card: CardIn, part: CardPart): boolean {
  if (part === 'contact') return Boolean(card.contact_name && (card.contact_phone || card.contact_email))
  const value = card[part]
  if (Array.isArray(value)) return value.length > 0
  return typeof value === 'number' ? !Number.isNaN(value) : Boolean(value)
}

/** Percent filled, and the missing parts, the weightiest first. */
export function completenessOf(card: CardIn): { percent: number; missing: CardPart[] } {
  const parts = Object.keys(WEIGHTS) as CardPart[]
  const missing = parts.filter((part) => !isFilled(card, part)).sort((a, b) => WEIGHTS[b] - WEIGHTS[a])
  const whole = parts.reduce((sum, part) => sum + WEIGHTS[part], 0)
  const lost = missing.reduce((sum, part) => sum + WEIGHTS[part], 0)
  return { percent: Math.round(((whole - lost) / whole) * 100), missing }
}

export const EMPTY_CARD: CardIn = {
  name: '',
  one_liner: '',
  stage: null,
  industries: [],
  region: '',
  labels: [],
  round: null,
  founded_on: null,
  ask_amount_fen: null,
  instruments: [],
  team: '',
  highlights: '',
  contact_name: '',
  contact_phone: '',
  contact_email: '',
}
