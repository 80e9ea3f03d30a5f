import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, nextTick, ref, watch } from 'vue'
import { calmly } from './calmly'

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('window', globalThis)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('517 changes in a minute are told at most seven times, the first at once and the last whole', async () => {
  const count = ref(0)
  const scope = effectScope()
  const told: string[] = []
  scope.run(() => {
    const said = calmly(() => `${count.value}`)
    watch(said, (text) => told.push(text))
  })

  for (let n = 0; n < 517; n++) {
    count.value++
    await nextTick()
    await vi.advanceTimersByTimeAsync(116)
  }
  await vi.advanceTimersByTimeAsync(20_000)

  expect(told[0]).toBe('1')
  expect(told.at(-1)).toBe('517')
  expect(told.length).toBeLessThanOrEqual(7)
  scope.stop()
})

test('what changes rarely is told at once', async () => {
  const text = ref('a')
  const scope = effectScope()
  const said = scope.run(() => calmly(() => text.value))!

  text.value = 'b'
  await nextTick()

  expect(said.value).toBe('b')
  scope.stop()
})
