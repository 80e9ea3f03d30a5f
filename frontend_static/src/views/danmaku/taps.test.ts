import { expect, test } from 'vitest'
import { Taps, TAPS_MOST } from './taps'
import type { Counts } from '@/live/danmaku'

function bench() {
  let now = 0
  const timers: { run: () => void; at: number }[] = []
  const sent: { counts: Counts; at: number }[] = []
  const taps = new Taps((counts) => sent.push({ counts, at: now }), (run, ms) => timers.push({ run, at: now + ms }), () => now)
  const pass = (until: number) => {
    for (let due = timers.shift(); due; due = timers.shift()) {
      now = Math.max(now, due.at)
      due.run()
    }
    now = until
  }
  return { taps, sent, pass }
}

test('the first tap goes at once, the next ones together a second later', () => {
  const { taps, sent, pass } = bench()
  taps.tap('clap')
  pass(10)
  for (let n = 0; n < 5; n++) taps.tap('clap')
  taps.tap('heart')
  pass(2000)

  expect(sent).toEqual([{ counts: { clap: 1 }, at: 0 }, { counts: { clap: 5, heart: 1 }, at: 1000 }])
})

test('a burst is capped', () => {
  const { taps, sent, pass } = bench()
  const taken = Array.from({ length: 50 }, () => taps.tap('rocket')).filter(Boolean)
  pass(10)

  expect([taken.length, sent]).toEqual([TAPS_MOST, [{ counts: { rocket: TAPS_MOST }, at: 0 }]])
})
