import { expect, test, vi } from 'vitest'
import { Sheet, type Points } from './sheet'

const view = { projects: [{ id: 'a', name: '甲', company_name: '', points: { '1': 5 } }] }
const settled = async () => {
  await vi.runAllTimersAsync()
}

test('points show at once and are sent a project at a time', async () => {
  vi.useFakeTimers()
  const sent: [string, Points][] = []
  const sheet = new Sheet(async (id, points) => void sent.push([id, points]))
  sheet.learn(view)

  sheet.put('a', '1', 7)
  sheet.put('a', '2', 8)

  expect([sheet.of('a', '1'), sheet.of('a', '2'), sheet.isSaving]).toEqual([7, 8, true])
  await settled()
  expect(sent).toEqual([['a', { '1': 7, '2': 8 }]])
  expect(sheet.isSaving).toBe(false)
})

test('what could not be saved stays and is sent again', async () => {
  vi.useFakeTimers()
  let isDown = true
  const sheet = new Sheet(async () => {
    if (isDown) throw new Error('down')
  })
  sheet.put('a', '1', 7)
  await settled()
  expect([sheet.of('a', '1'), sheet.error instanceof Error]).toEqual([7, true])

  isDown = false
  sheet.retry()
  await settled()

  expect([sheet.of('a', '1'), sheet.error, sheet.isSaving]).toEqual([7, null, false])
})

test('a change while the one before is on its way is sent after it', async () => {
  vi.useFakeTimers()
  const sent: Points[] = []
  const sheet: Sheet = new Sheet(async (_, points) => {
    sent.push(points)
    if (sent.length === 1) sheet.put('a', '1', 9)
  })
  sheet.put('a', '1', 7)

  await settled()

  expect(sent).toEqual([{ '1': 7 }, { '1': 9 }])
  expect(sheet.of('a', '1')).toBe(9)
})

test('a fresh read of the server does not undo what is on its way', () => {
  vi.useFakeTimers()
  const sheet = new Sheet(() => new Promise(() => undefined))
  sheet.put('a', '1', 9)

  sheet.learn(view)

  expect(sheet.of('a', '1')).toBe(9)
})
