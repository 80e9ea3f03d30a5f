import { expect, test } from 'vitest'
import { instantWithin, meaningOf, wallsOf } from './wallSpan'
import { instantOf, shownThere } from './zoned'
import { momentText, spanText } from '@/format/dates'
import { instantsOf } from '@/format/zones'

const LONDON = 'Europe/London'
const NEW_YORK = 'America/New_York'
const span = (starts_at: string, ends_at: string) => ({ starts_at, ends_at })

test.each([
  [LONDON, span('2027-10-31T00:30:00Z', '2027-10-31T01:30:00Z')],
  [LONDON, span('2027-10-31T01:15:00Z', '2027-10-31T01:45:00Z')],
  [LONDON, span('2027-10-31T00:45:00Z', '2027-10-31T01:15:00Z')],
  [NEW_YORK, span('2027-11-07T05:30:00Z', '2027-11-07T06:30:00Z')],
  ['Australia/Lord_Howe', span('2027-04-03T14:40:00Z', '2027-04-03T15:10:00Z')],
  ['Asia/Shanghai', span('2026-12-01T06:00:00Z', '2026-12-03T06:00:00Z')],
  ['Asia/Shanghai', span('2026-12-01T15:00:00Z', '2026-12-01T17:00:00Z')],
])('a form nobody touched means what it was filled from: %s', (zone, kept) => {
  expect(meaningOf(wallsOf(kept, zone), {}, kept)).toMatchObject(kept)
})

test('of a time that comes twice either can be chosen', () => {
  const walls = { date: '2027-10-31', start: '01:15', end: '01:45', zone: LONDON }
  const [first, second] = instantsOf('2027-10-31', '01:15', LONDON)

  expect([first, second]).toEqual(['2027-10-31T00:15:00Z', '2027-10-31T01:15:00Z'])
  expect(meaningOf(walls)).toMatchObject(span('2027-10-31T00:15:00Z', '2027-10-31T00:45:00Z'))
  expect(meaningOf(walls, { ends_at: '2027-10-31T01:45:00Z' })).toMatchObject(span('2027-10-31T00:15:00Z', '2027-10-31T01:45:00Z'))
  expect(meaningOf(walls, { starts_at: second })).toMatchObject(span('2027-10-31T01:15:00Z', '2027-10-31T01:45:00Z'))
})

test.each([
  [LONDON, '2027-03-28', '01:30'],
  [NEW_YORK, '2027-03-14', '02:15'],
])('a time that clocks skip is none: %s', (zone, date, start) => {
  expect(instantsOf(date, start, zone)).toEqual([])
  expect(meaningOf({ date, start, end: '09:00', zone }).starts_at).toBe('')
  expect(meaningOf({ date, start: '00:30', end: start, zone }).ends_at).toBe('')
})

test('an end before the beginning is on the next day', () => {
  const walls = { date: '2026-12-01', start: '23:00', end: '01:00', zone: 'Asia/Shanghai' }

  expect(meaningOf(walls)).toMatchObject({ ...span('2026-12-01T15:00:00Z', '2026-12-01T17:00:00Z'), overnight: true })
})

test('a time that comes twice is shown with its offset', () => {
  expect(shownThere('2027-10-31T00:30:00Z', LONDON)).toBe('01:30 UTC+1')
  expect(shownThere('2027-10-31T01:30:00Z', LONDON)).toBe('01:30 UTC+0')
  expect(shownThere('2027-10-31T02:30:00Z', LONDON)).toBe('02:30')
  expect(momentText('2027-11-07T06:30:00Z', 'en', NEW_YORK, null)).toBe('Sun 7 Nov 01:30 UTC-5')
  expect(spanText('2027-10-31T00:30:00Z', '2027-10-31T01:30:00Z', 'zh-CN', LONDON, null)).toContain('01:30 UTC+1–01:30 UTC+0')
})

test('a slot stays inside its roadshow when its hour comes twice', () => {
  const roadshow = span('2027-10-31T01:00:00Z', '2027-10-31T02:00:00Z')

  expect(instantWithin('2027-10-31', '01:30', LONDON, roadshow)).toBe('2027-10-31T01:30:00Z')
  expect(instantOf('2027-10-31', '01:30', LONDON)).toBe('2027-10-31T00:30:00Z')
})
