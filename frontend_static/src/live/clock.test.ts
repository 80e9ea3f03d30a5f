import { expect, test } from 'vitest'
import { ServerClock } from './clock'

const AT = Date.parse('2026-11-21T06:00:00Z')
const said = (ms: number) => new Date(ms).toISOString()

test.each([-5, 5])('a device whose clock is %i minutes off counts by the server', (minutes) => {
  const clock = new ServerClock(() => AT + minutes * 60_000)

  clock.hear(said(AT))

  expect(clock.now()).toBe(AT)
})

test('frames that were long on their way do not move it', () => {
  let own = AT
  const clock = new ServerClock(() => own)
  for (const late of [20, 30, 4_000, 25, 9_000]) {
    own += 20_000
    clock.hear(said(own - late))
  }

  expect(clock.now()).toBe(own - 30)
})

test('a device clock that jumps is followed after a few frames', () => {
  let own = AT
  const clock = new ServerClock(() => own)
  for (let beat = 0; beat < 9; beat += 1) clock.hear(said(own))
  own += 300_000
  for (let beat = 0; beat < 5; beat += 1) clock.hear(said(AT))

  expect(clock.now()).toBe(AT)
})

test('before the server spoke it is the device clock', () => {
  expect(new ServerClock(() => AT).now()).toBe(AT)
})
