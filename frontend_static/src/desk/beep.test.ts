import { beforeEach, expect, test, vi } from 'vitest'
import { NOTES, useBeep, type Tone } from './beep'

let played: number[] = []
const node = () => ({ type: '', frequency: { set value(hz: number) { played.push(hz) } }, gain: { setValueAtTime: () => 0, linearRampToValueAtTime: () => 0 }, connect: (to: unknown) => to, start: () => 0, stop: () => 0 })
const context = () => ({ state: 'running', currentTime: 0, destination: {}, createOscillator: node, createGain: node }) as unknown as AudioContext

beforeEach(() => {
  played = []
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) })
})

test('let in, let in before and refused sound differently', () => {
  const { beep } = useBeep(context)
  const heard = (['ok', 'again', 'no'] as Tone[]).map((tone) => {
    played = []
    beep(tone)
    return played.join()
  })

  expect(new Set(heard).size).toBe(3)
  expect(new Set(Object.values(NOTES).map((notes) => `${notes.length} ${notes[0]!.seconds}`)).size).toBe(3)
})

test('muted it is silent, and stays so the next time', () => {
  const { muted, beep } = useBeep(context)
  muted.value = true
  beep('ok')
  expect(played).toEqual([])

  const next = useBeep(context)
  expect(next.muted.value).toBe(true)
  next.muted.value = false
  next.beep('no')
  expect(played).toEqual([196])
})

test('a browser without sound lets people in all the same', () => {
  const { beep } = useBeep(() => {
    throw new Error('no sound')
  })
  expect(() => beep('ok')).not.toThrow()
})
