import { expect, test } from 'vitest'
import type { CardIn } from '@/api/deskTypes'
import { EMPTY_CARD, WEIGHTS, completenessOf } from './completeness'

test('an empty card is at nothing and misses everything, the weightiest first', () => {
  const { percent, missing } = completenessOf(EMPTY_CARD)

  expect(percent).toBe(0)
  expect(missing.slice(0, 2).sort()).toEqual(['highlights', 'one_liner'])
  expect(missing.length).toBe(Object.keys(WEIGHTS).length)
})

test('a contact needs a name and a way to reach it', () => {
  const named = { ...EMPTY_CARD, contact_name: '周一鸣' }

  expect(completenessOf(named).missing).toContain('contact')
  expect(completenessOf({ ...named, contact_email: 'a@example.com' }).missing).not.toContain('contact')
})

test('a full card is at a hundred', () => {
  const card: CardIn = {
    ...EMPTY_CARD,
    one_liner: '一句话',
    stage: 'seed',
    industries: ['ai'],
    region: '武汉',
    round: 'a',
    ask_amount_fen: 100,
    instruments: ['equity'],
    highlights: '亮点',
    team: '团队',
    contact_name: '周一鸣',
    contact_phone: '+86 27 0000 0000',
  }

  expect(completenessOf(card)).toEqual({ percent: 100, missing: [] })
})
