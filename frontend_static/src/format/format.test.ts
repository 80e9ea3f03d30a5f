import { expect, test } from 'vitest'
import { dayOf, momentText, shiftDay, spanText, weekdayOf } from './dates'
import { exactMoney, fenFromWan, money, moneyRange } from './money'

const now = new Date('2026-11-21T03:00:00Z')

test('money reads in 元, 万元 and 亿元', () => {
  expect([9_900, 50_000_000, 1_250_000_000, 12_000_000_000].map((fen) => money(fen, 'zh-CN'))).toEqual([
    '99 元',
    '50 万元',
    '1,250 万元',
    '1.2 亿元',
  ])
  expect(money(1_250_000_000, 'en')).toBe('CNY 12.5 million')
})

test('the exact value keeps every 分', () => {
  expect(exactMoney(123_456_789, 'zh-CN')).toBe('1,234,567.89 元')
})

test('a range may be open at either end', () => {
  expect(moneyRange(fenFromWan(500), fenFromWan(2000), 'zh-CN')).toBe('500 万元 – 2,000 万元')
  expect(moneyRange(fenFromWan(500), null, 'zh-CN')).toBe('500 万元以上')
  expect(moneyRange(null, fenFromWan(100), 'en')).toBe('up to CNY 1 million')
  expect(moneyRange(null, null, 'zh-CN')).toBeNull()
})

test('near days are named, others are not', () => {
  expect(momentText('2026-11-21T06:30:00Z', 'zh-CN', 'Asia/Shanghai', now)).toBe('今天 11月21日 周六 14:30')
  expect(momentText('2026-11-21T16:00:00Z', 'zh-CN', 'Asia/Shanghai', now)).toBe('明天 11月22日 周日 00:00')
  expect(momentText('2026-12-01T06:30:00Z', 'zh-CN', 'Asia/Shanghai', now)).toBe('12月1日 周二 14:30')
  expect(momentText('2027-01-04T01:00:00Z', 'en', 'Asia/Shanghai', now)).toBe('Mon 4 Jan 2027 09:00')
})

test('a span within a day names the day once', () => {
  expect(spanText('2026-12-01T06:30:00Z', '2026-12-01T08:00:00Z', 'zh-CN', 'Asia/Shanghai', now)).toBe('12月1日 周二 14:30–16:00')
})

test('days are counted in the venue zone', () => {
  expect(dayOf('2026-11-21T16:00:00Z')).toBe('2026-11-22')
  expect(shiftDay('2026-12-31', 1)).toBe('2027-01-01')
  expect(weekdayOf('2026-11-21')).toBe(5)
})
