/** A beginning and an end as a form shows them, and the instants they mean where an hour comes twice or not at all. */
import { addDays, dateThere, timeThere } from './zoned'
import { instantsOf } from '@/format/zones'

export type Walls = { date: string; start: string; end: string; zone: string }
export type Span = { starts_at: string; ends_at: string }
/** `starts` and `ends` are what may be meant; an empty `starts_at` or `ends_at` is a time that does not exist that day. */
export type Meaning = Span & { starts: string[]; ends: string[]; overnight: boolean }

export function wallsOf(span: Span, zone: string): Walls {
  return { date: dateThere(span.starts_at, zone), start: timeThere(span.starts_at, zone), end: timeThere(span.ends_at, zone), zone }
}

const equal = (a: Walls, b: Walls): boolean => a.date === b.date && a.start === b.start && a.end === b.end && a.zone === b.zone

/** What the form means. `kept` is the span it was filled from: while the form still shows it and no other of two equal
 * times is chosen, it is what is meant, to the second and however long. The end is on the same day if it can be. */
export function meaningOf(walls: Walls, chosen: Partial<Span> = {}, kept?: Span): Meaning {
  const untouched = kept && equal(walls, wallsOf(kept, walls.zone)) ? kept : undefined
  const starts = instantsOf(walls.date, walls.start, walls.zone)
  const starts_at = pick(starts, chosen.starts_at ?? untouched?.starts_at)
  const today = instantsOf(walls.date, walls.end, walls.zone).filter((at) => at > starts_at)
  const skipped = walls.end > walls.start && !instantsOf(walls.date, walls.end, walls.zone).length
  const ends = today.length || skipped ? today : instantsOf(addDays(walls.date, 1), walls.end, walls.zone)
  if (untouched && !chosen.ends_at && same(starts_at, untouched.starts_at)) return { ...untouched, starts, ends, overnight: !today.length }
  return { starts, ends, starts_at, ends_at: pick(ends, chosen.ends_at), overnight: !today.length && !skipped }
}

const same = (a: string, b: string): boolean => Date.parse(a) === Date.parse(b)

function pick(among: readonly string[], wanted?: string): string {
  return among.find((at) => wanted !== undefined && same(at, wanted)) ?? among[0] ?? ''
}

/** The instant of a time there that lies in a span, else the first one, else nothing. */
export function instantWithin(date: string, time: string, zone: string, span: Span): string {
  const found = instantsOf(date, time, zone)
  return found.find((at) => Date.parse(at) >= Date.parse(span.starts_at) && Date.parse(at) <= Date.parse(span.ends_at)) ?? found[0] ?? ''
}
