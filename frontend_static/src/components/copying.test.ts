import { afterEach, expect, test, vi } from 'vitest'
import { calendarLinks, copyText, isInWeChat } from './copying'

afterEach(() => vi.unstubAllGlobals())

const page = (execCommand: () => boolean) => {
  const area = { select: vi.fn(), remove: vi.fn(), value: '', readOnly: false, className: '' }
  vi.stubGlobal('HTMLElement', class {})
  vi.stubGlobal('document', { activeElement: null, body: { append: vi.fn() }, createElement: () => area, execCommand })
  return area
}

test('copied is said only when it was', async () => {
  vi.stubGlobal('navigator', { clipboard: { writeText: () => Promise.resolve() } })
  expect(await copyText('a')).toBe(true)
})

test.each([
  ['refuses', { clipboard: { writeText: () => Promise.reject(new Error('no')) } }],
  ['is missing', {}],
])('a clipboard that %s is replaced by selecting', async (_what, navigator) => {
  vi.stubGlobal('navigator', navigator)
  const area = page(() => true)

  expect(await copyText('the address')).toBe(true)
  expect(area.value).toBe('the address')
  expect(area.remove).toHaveBeenCalled()
})

test.each([() => false, () => { throw new Error('blocked') }])('where nothing copies, nobody claims it', async (execCommand) => {
  vi.stubGlobal('navigator', {})
  page(execCommand as () => boolean)

  expect(await copyText('the address')).toBe(false)
})

test('each calendar gets the address it takes', () => {
  expect(calendarLinks('https://roadshow.example.org/a.ics?x=1', '光谷 路演')).toEqual({
    webcal: 'webcal://roadshow.example.org/a.ics?x=1',
    google: 'https://calendar.google.com/calendar/render?cid=webcal%3A%2F%2Froadshow.example.org%2Fa.ics%3Fx%3D1',
    outlook:
      'https://outlook.live.com/calendar/0/addfromweb?url=https%3A%2F%2Froadshow.example.org%2Fa.ics%3Fx%3D1&name=%E5%85%89%E8%B0%B7%20%E8%B7%AF%E6%BC%94',
  })
})

test('WeChat is known by its name', () => {
  expect([isInWeChat('Mozilla/5.0 MicroMessenger/8.0.50'), isInWeChat('Mozilla/5.0 Safari')]).toEqual([true, false])
})
