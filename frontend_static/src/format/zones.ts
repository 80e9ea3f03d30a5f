/** Wall-clock times of a place: an hour may come twice when clocks go back, or not at all when they go forward. */

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(zone, format)
  }
  return format
}

export function partsThere(at: Date, zone: string): Record<string, string> {
  return Object.fromEntries(formatOf(zone).formatToParts(at).map((part) => [part.type, part.value]))
}

/** How far the clocks there are ahead of UTC at an instant, in ms. */
export function offsetMs(at: number, zone: string): number {
  const part = partsThere(new Date(at), zone)
  return Date.parse(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}Z`) - Math.floor(at / 1000) * 1000
}

const DAY_MS = 86_400_000
const ahead = (at: number, zone: string): number[] => [...new Set([-DAY_MS, 0, DAY_MS].map((away) => offsetMs(at + away, zone)))]

/** Every instant at which clocks there show this time, in order: usually one, two when it comes twice, none when it is skipped. */
export function instantsOf(date: string, time: string, zone: string): string[] {
  const asIfUtc = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}Z`)
  if (Number.isNaN(asIfUtc)) return []
  return ahead(asIfUtc, zone)
    .filter((offset) => offsetMs(asIfUtc - offset, zone) === offset)
    .map((offset) => new Date(asIfUtc - offset).toISOString().replace('.000Z', 'Z'))
    .sort()
}

/** `UTC+1`, `UTC-3:30`. */
export function offsetText(at: string | Date, zone: string): string {
  const minutes = Math.round(offsetMs(new Date(at).getTime(), zone) / 60_000)
  const rest = Math.abs(minutes) % 60
  return `UTC${minutes < 0 ? '-' : '+'}${Math.floor(Math.abs(minutes) / 60)}${rest ? `:${String(rest).padStart(2, '0')}` : ''}`
}

/** Which of two equal wall-clock times an instant is, as its offset; nothing where the time comes once. */
export function whichOfTwo(at: string | Date, zone: string): string {
  const moment = new Date(at).getTime()
  const wall = moment + offsetMs(moment, zone)
  const times = ahead(moment, zone).filter((offset) => offsetMs(wall - offset, zone) === offset)
  return times.length > 1 ? offsetText(at, zone) : ''
}
