import { beforeEach, expect, test, vi } from 'vitest'

const done: string[] = []
let toasts: typeof import('./toasts')

beforeEach(async () => {
  vi.useFakeTimers()
  vi.stubGlobal('window', { setTimeout })
  vi.resetModules()
  done.length = 0
  toasts = await import('./toasts')
})

test('every act of the last ten seconds can be taken back, newest first, once each', () => {
  for (const name of ['a', 'b', 'c', 'd', 'e']) toasts.toast(name, { undo: () => done.push(name) })

  const more = Array.from({ length: 6 }, () => toasts.undoLast())

  expect(done).toEqual(['e', 'd', 'c', 'b', 'a'])
  expect(more).toEqual([true, true, true, true, true, false])
})

test('after ten seconds nothing is taken back, before it is', () => {
  toasts.toast('a', { undo: () => done.push('a') })
  vi.advanceTimersByTime(9_900)
  expect(toasts.shownToasts.value).toHaveLength(1)
  vi.advanceTimersByTime(200)

  expect(toasts.undoLast()).toBe(false)
  expect(done).toEqual([])
})
