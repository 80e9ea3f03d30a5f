import { afterAll, describe, expect, test } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'
import { useMoment } from './moment'

const device = process.env.TZ
afterAll(() => {
  process.env.TZ = device
})

function open(given: string | null, zone: string) {
  const at = ref(given)
  return { at, ...effectScope().run(() => useMoment(at, ref(zone)))! }
}

describe.each(['America/New_York', 'Asia/Kolkata', 'Europe/London', 'Asia/Shanghai'])('on a device in %s', (zone) => {
  process.env.TZ = zone

  test('an opening time is the room’s time, not the device’s', async () => {
    process.env.TZ = zone
    const { at, typed } = open(null, 'Asia/Shanghai')
    typed.value = '2027-03-01T14:30'
    await nextTick()
    expect(at.value).toBe('2027-03-01T06:30:00Z')
    expect(open('2027-03-01T06:30:00Z', 'Europe/London').typed.value).toBe('2027-03-01T06:30')
  })

  test('an hour that comes twice keeps the one that was stored, and the other can be chosen', async () => {
    process.env.TZ = zone
    const { at, typed, times, chosen } = open('2027-10-31T01:30:00+00:00', 'Europe/London')
    expect(typed.value).toBe('2027-10-31T01:30')
    expect(times.value).toEqual(['2027-10-31T00:30:00Z', '2027-10-31T01:30:00Z'])
    expect(chosen.value).toBe('2027-10-31T01:30:00Z')

    chosen.value = '2027-10-31T00:30:00Z'
    await nextTick()
    expect(at.value).toBe('2027-10-31T00:30:00Z')
    expect(typed.value).toBe('2027-10-31T01:30')
  })

  test('an hour that is skipped is no moment, and stays to be corrected', async () => {
    process.env.TZ = zone
    const { at, typed, times } = open(null, 'Europe/London')
    typed.value = '2027-03-28T01:30'
    await nextTick()
    expect(times.value).toEqual([])
    expect(at.value).toBe('')
    expect(typed.value).toBe('2027-03-28T01:30')

    typed.value = ''
    await nextTick()
    expect(at.value).toBeNull()
  })
})
