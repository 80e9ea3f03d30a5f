/** A date and time as one types it into a field, in the zone of a place, and the instants it may mean. */
import { instantsOf, partsThere } from './zones'

/** `2027-10-31T01:30` as clocks there show it. */
export function wallOf(at: string, zone: string): string {
  const part = partsThere(new Date(at), zone)
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`
}

/** Every instant that is typed so there: one, two when clocks go back, none when they skip it or nothing is typed. */
export const meantBy = (typed: string, zone: string): string[] => (typed ? instantsOf(typed.slice(0, 10), typed.slice(11), zone) : [])
