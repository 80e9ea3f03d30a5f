import { describe, expect, test } from 'vitest'
import type { SlotView, StageView, TimerView } from '@/api/types'
import { clockText, forecast, readingAt } from './stage'

const AT = Date.parse('2026-11-21T06:00:00Z')
const at = (minutes: number) => new Date(AT + minutes * 60_000).toISOString()
const IDLE: TimerView = { state: 'idle', slot_id: 's1', planned_seconds: 600, extra_seconds: 0, started_at: null, paused_at: null, paused_seconds: 0, ended_at: null }
const running = (change: Partial<TimerView> = {}): TimerView => ({ ...IDLE, state: 'running', started_at: at(0), ...change })

describe('the clock', () => {
  test.each([
    [running(), 1, 'calm', 540],
    [running(), 7.5, 'soon', 150],
    [running(), 9.5, 'last', 30],
    [running(), 10.7, 'overrun', -42],
    [running({ extra_seconds: 120 }), 10.7, 'soon', 78],
    [running({ paused_seconds: 60 }), 9.5, 'soon', 90],
    [running({ paused_at: at(4) }), 30, 'paused', 360],
    [running({ ended_at: at(12) }), 99, 'over', -120],
    [IDLE, 5, 'idle', 600],
  ] as const)('%# reads %s minutes in as %s, %i s', (timer, minutes, phase, seconds) => {
    expect(readingAt(timer, AT + minutes * 60_000)).toMatchObject({ phase, seconds })
  })

  test('a clock that was started in the future waits at its full time', () => {
    expect(readingAt(running({ started_at: at(2) }), AT).seconds).toBe(600)
  })
})

test.each([
  [725, '12:05'],
  [5, '0:05'],
  [-42, '+0:42'],
  [-3723, '+1:02:03'],
])('%i seconds are written %s', (seconds, text) => expect(clockText(seconds)).toBe(text))

const slot = (id: string, start: number, length = 20): SlotView => ({ id, position: 1, starts_at: at(start), ends_at: at(start + length), state: 'booked', held_until: null, project: { id: `p${id}` } as SlotView['project'] })
const run = (slot_id: string, change: object) => ({ slot_id, planned_start_at: at(0), planned_end_at: at(20), carried_start_at: null, started_at: null, ended_at: null, paused_at: null, paused_seconds: 0, extra_seconds: 0, ...change })
const stage = (...rows: ReturnType<typeof run>[]): StageView => ({ timer: IDLE, run: rows, layout: 'questions', carried: null })

describe('the forecast', () => {
  const agenda = [slot('a', 0), slot('b', 20), slot('c', 50)]
  const minutes = (rows: ReturnType<typeof forecast>) => rows.map(({ start, end }) => [(start - AT) / 60_000, (end - AT) / 60_000])

  test('an over-run pushes what follows, and a break takes it up', () => {
    expect(minutes(forecast(agenda, stage(run('a', { started_at: at(0) })), AT + 26 * 60_000))).toEqual([[0, 26], [26, 46], [50, 70]])
  })

  test('what was carried counts before the plan', () => {
    expect(minutes(forecast(agenda, stage(run('a', { started_at: at(0), ended_at: at(20) }), run('b', { carried_start_at: at(25) })), AT + 21 * 60_000))).toEqual([[0, 20], [25, 45], [50, 70]])
  })

  test('free slots are breaks', () => {
    const empty = { ...slot('x', 20, 5), project: null }
    expect(forecast([agenda[0]!, empty], stage(), AT).map(({ slot: { id } }) => id)).toEqual(['a'])
  })
})
