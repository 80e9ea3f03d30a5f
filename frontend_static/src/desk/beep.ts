/** Short tones at the door: one for let in, another for let in before, another for refused; they can be muted for good. */
import { ref, watch, type Ref } from 'vue'

export type Tone = 'ok' | 'again' | 'no'
type Note = { hz: number; at: number; seconds: number; wave: OscillatorType }

/** High and short, twice the same, low and long: told apart also by who does not hear heights. */
export const NOTES: Record<Tone, readonly Note[]> = {
  ok: [{ hz: 1046, at: 0, seconds: 0.12, wave: 'sine' }],
  again: [0, 0.18].map((at) => ({ hz: 784, at, seconds: 0.1, wave: 'sine' as const })),
  no: [{ hz: 196, at: 0, seconds: 0.5, wave: 'square' }],
}
const KEY = 'roadshow.check-in-muted'
const LOUDNESS = 0.2

function stored(): boolean {
  try {
    return localStorage.getItem(KEY) === '1'
  } catch {
    return false
  }
}

/** Plays tones unless muted; a browser without sound, or that does not allow it yet, stays silent. */
export function useBeep(make: () => AudioContext = () => new AudioContext()): { muted: Ref<boolean>; beep: (tone: Tone) => void } {
  const muted = ref(stored())
  let context: AudioContext | null = null
  watch(
    muted,
    (now) => {
      try {
        localStorage.setItem(KEY, now ? '1' : '0')
      } catch {
        // A browser without storage asks again next time.
      }
    },
    { flush: 'sync' },
  )

  function beep(tone: Tone): void {
    if (muted.value) return
    try {
      context ??= make()
      if (context.state === 'suspended') void context.resume().catch(() => undefined)
      for (const note of NOTES[tone]) play(context, note)
    } catch {
      context = null
    }
  }
  return { muted, beep }
}

function play(context: AudioContext, { hz, at, seconds, wave }: Note): void {
  const from = context.currentTime + at
  const tone = context.createOscillator()
  const level = context.createGain()
  tone.type = wave
  tone.frequency.value = hz
  level.gain.setValueAtTime(LOUDNESS, from)
  level.gain.linearRampToValueAtTime(0, from + seconds)
  tone.connect(level).connect(context.destination)
  tone.start(from)
  tone.stop(from + seconds)
}
