/** The stage's arithmetic: what is left on the clock, and where the later slots will stand. Pure; `now` is the server's. */
import type { RunView, SlotView, StageView, TimerView } from '@/api/types'

export type Phase = 'idle' | 'calm' | 'soon' | 'last' | 'overrun' | 'paused' | 'over'
export type Reading = { phase: Phase; seconds: number; share: number }
export type Forecast = { slot: SlotView; start: number; end: number; state: 'ran' | 'on' | 'later'; lateSeconds: number }

const SOON_SECONDS = 180
const LAST_SECONDS = 60
const ms = (at: string) => Date.parse(at)

/** Seconds left, below zero when over; what the clock looks like; the share of time used. */
export function readingAt(timer: TimerView, now: number): Reading {
  const whole = timer.planned_seconds + timer.extra_seconds
  if (timer.started_at === null) return { phase: 'idle', seconds: whole, share: 0 }
  const stopped = timer.ended_at ?? timer.paused_at
  const used = ((stopped ? ms(stopped) : Math.max(now, ms(timer.started_at))) - ms(timer.started_at)) / 1000 - timer.paused_seconds
  const left = whole - used
  return { phase: phaseOf(timer, left), seconds: left < 0 ? Math.floor(left) : Math.ceil(left), share: whole > 0 ? Math.min(1, Math.max(0, used / whole)) : 1 }
}

function phaseOf(timer: TimerView, left: number): Phase {
  if (timer.ended_at) return 'over'
  if (timer.paused_at) return 'paused'
  if (left < 0) return 'overrun'
  if (left <= LAST_SECONDS) return 'last'
  return left <= SOON_SECONDS ? 'soon' : 'calm'
}

/** 12:05, +0:42 over, 1:02:03 when long. */
export function clockText(seconds: number): string {
  const whole = Math.abs(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  const tail = `${hours ? String(minutes).padStart(2, '0') : minutes}:${String(rest).padStart(2, '0')}`
  return `${seconds < 0 ? '+' : ''}${hours ? `${hours}:` : ''}${tail}`
}

/** Where every booked slot stood, stands or will, if nobody gains or loses time from here on. */
export function forecast(agenda: readonly SlotView[], stage: StageView, now: number): Forecast[] {
  const runs = new Map(stage.run.map((run) => [run.slot_id, run]))
  const shown = agenda.filter(({ id, project }) => project || runs.get(id)?.started_at)
  let free = Math.max(...shown.map(({ id, starts_at, ends_at }) => endOf(runs.get(id), ms(ends_at) - ms(starts_at), now) ?? 0))
  return shown.map((slot) => {
    const run = runs.get(slot.id)
    const length = ms(slot.ends_at) - ms(slot.starts_at) + (run?.extra_seconds ?? 0) * 1000
    const ended = endOf(run, length, now)
    if (run?.started_at && ended !== null) return placed(slot, ms(run.started_at), ended, run.ended_at ? 'ran' : 'on')
    const start = Math.max(ms(run?.carried_start_at ?? slot.starts_at), free)
    free = start + length
    return placed(slot, start, free, 'later')
  })
}

function placed(slot: SlotView, start: number, end: number, state: Forecast['state']): Forecast {
  return { slot, start, end, state, lateSeconds: Math.round((start - ms(slot.starts_at)) / 1000) }
}

function endOf(run: RunView | undefined, length: number, now: number): number | null {
  if (!run?.started_at) return null
  if (run.ended_at) return Math.max(ms(run.started_at), ms(run.ended_at))
  const paused = run.paused_seconds * 1000 + (run.paused_at ? Math.max(0, now - ms(run.paused_at)) : 0)
  const planned = ms(run.planned_end_at) - ms(run.planned_start_at) + run.extra_seconds * 1000
  return Math.max(now, ms(run.started_at) + (planned || length) + paused)
}
