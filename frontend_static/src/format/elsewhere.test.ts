import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { effectScope } from 'vue'
import { hearServerDate } from '@/api/clock'
import { agoText, dayText, isElsewhere } from './dates'
import { useToday } from './today'

const device = process.env.TZ
const AT = '2027-03-01T17:30:00Z'

beforeEach(() => vi.useFakeTimers({ now: new Date(AT) }))
afterEach(() => {
  hearServerDate(new Date().toUTCString())
  vi.useRealTimers()
})
afterAll(() => {
  process.env.TZ = device
})

describe.each(['America/Los_Angeles', 'Europe/London', 'Asia/Shanghai', 'Pacific/Auckland'])('on a device in %s', (zone) => {
  beforeEach(() => {
    process.env.TZ = zone
  })

  test('today is the day there, not here', () => {
    expect(effectScope().run(() => useToday('Asia/Shanghai'))!.value).toBe('2027-03-02')
    expect(effectScope().run(() => useToday('Europe/London'))!.value).toBe('2027-03-01')
  })

  test('near days are named as they are there', () => {
    expect(dayText(AT, 'zh-CN', 'Asia/Shanghai')).toBe('今天 3月2日 周二')
    expect(dayText(AT, 'en', 'America/New_York')).toBe('Today Mon 1 Mar')
  })

  test('what is older than an hour tells the hour there', () => {
    expect(agoText('2027-03-01T12:00:00Z', 'zh-CN', new Date(AT), 'Europe/London')).toBe('12:00')
  })

  test('a zone is named exactly where clocks differ', () => {
    expect(isElsewhere(AT, zone)).toBe(false)
    expect(isElsewhere(AT, 'Asia/Kathmandu')).toBe(true)
  })
})

test('zones with other names and the same time need no word', () => {
  process.env.TZ = 'Asia/Singapore'
  expect(isElsewhere(AT, 'Asia/Shanghai')).toBe(false)
})

test('a page left open over midnight there learns the new day', () => {
  vi.setSystemTime(new Date('2027-03-01T15:59:50Z'))
  const scope = effectScope()
  const today = scope.run(() => useToday('Asia/Shanghai'))!
  expect(today.value).toBe('2027-03-01')
  vi.advanceTimersByTime(60_000)
  expect(today.value).toBe('2027-03-02')
  scope.stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('today and near days follow the server’s clock, whatever this device believes', () => {
  hearServerDate('Fri, 05 Mar 2027 04:00:00 GMT')
  expect(effectScope().run(() => useToday('Asia/Shanghai'))!.value).toBe('2027-03-05')
  expect(dayText('2027-03-05T04:00:00Z', 'zh-CN', 'Asia/Shanghai')).toBe('今天 3月5日 周五')
})
