import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, nextTick, ref, type EffectScope } from 'vue'
import { useCalm } from './calm'

let scope: EffectScope
beforeEach(() => {
  vi.useFakeTimers()
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

function list(...first: string[]) {
  const wanted = ref(first)
  const isReading = ref(false)
  const tab = ref('new')
  const calm = scope.run(() => useCalm(() => wanted.value.map((id) => ({ id })), () => tab.value, () => isReading.value))!
  const becomes = async (...ids: string[]) => {
    wanted.value = ids
    await nextTick()
    return shown()
  }
  const shown = () => calm.rows.value.map(({ id }) => id).join('')
  return { calm, becomes, shown, isReading, tab }
}

test('who comes to a list at rest is let in at once, who comes right after waits for the rest of two seconds', async () => {
  const { calm, becomes, shown } = list('a')

  expect(await becomes('b', 'a')).toBe('ba')
  expect(await becomes('c', 'b', 'a')).toBe('ba')
  expect(calm.waiting.value).toBe(1)

  vi.advanceTimersByTime(2_000)
  expect(shown()).toBe('cba')
  expect(calm.waiting.value).toBe(0)
})

test('nothing moves under a finger', async () => {
  const { calm, becomes, shown } = list('a', 'b')
  calm.touch()

  expect(await becomes('c', 'b', 'a')).toBe('ab')
  vi.advanceTimersByTime(1_500)
  calm.touch()
  vi.advanceTimersByTime(1_500)
  expect(shown()).toBe('ab')

  vi.advanceTimersByTime(500)
  expect(shown()).toBe('cba')
})

test('nothing moves while somebody reads further down, until they ask for it', async () => {
  const { calm, becomes, shown, isReading } = list('a')
  isReading.value = true

  expect(await becomes('c', 'b', 'a')).toBe('a')
  vi.advanceTimersByTime(60_000)
  expect(shown()).toBe('a')
  expect(calm.waiting.value).toBe(2)

  calm.renew()
  expect(shown()).toBe('cba')
})

test('what is taken off goes at once, and another tab is another list', async () => {
  const { calm, becomes, shown, tab } = list('a', 'b')
  calm.touch()

  expect(await becomes('c', 'b')).toBe('b')
  tab.value = 'hot'
  await nextTick()
  expect(shown()).toBe('cb')
})
