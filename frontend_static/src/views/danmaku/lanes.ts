/**
 * When and where each danmaku flies so that no two ever touch; pure, distances in px, times in ms.
 *
 * Everyone crosses the field in the same time, so a longer one is faster and might run into the one before it. In a
 * lane the distance between two is linear in time: it is enough that it is kept when the second enters and when
 * the first leaves.
 */
export type Field = { width: number; lanes: number; density: number; crossing: number; gap: number }
export type Waiting<T> = { item: T; width: number; own: boolean }
export type Flight<T> = Waiting<T> & { lane: number; startsAt: number; endsAt: number; speed: number }

export class Lanes<T> {
  private readonly last: (Flight<T> | undefined)[] = []
  private flying: Flight<T>[] = []
  private waiting: Waiting<T>[] = []

  constructor(private field: Field) {}

  /** How many wait to enter. */
  get queue(): number {
    return this.waiting.length
  }

  /** How many are on the field. */
  aloft(now: number): number {
    return this.flying.filter(({ endsAt }) => endsAt > now).length
  }

  /** Takes one more; whoever waited longest is dropped for it when too many wait, but never one's own. */
  offer(item: T, width: number, own = false): T[] {
    const before = this.waiting.findIndex((each) => !each.own)
    if (own && before >= 0) this.waiting.splice(before, 0, { item, width, own })
    else this.waiting.push({ item, width, own })
    const dropped: T[] = []
    while (this.waiting.length > this.field.density) {
      const oldest = this.waiting.findIndex((each) => !each.own)
      if (oldest < 0) break
      dropped.push(...this.waiting.splice(oldest, 1).map((each) => each.item))
    }
    return dropped
  }

  /** Those that may enter now, in their order. */
  launch(now: number): Flight<T>[] {
    this.flying = this.flying.filter(({ endsAt }) => endsAt > now)
    const launched: Flight<T>[] = []
    while (this.waiting.length && this.flying.length < this.field.density) {
      const lane = this.free(this.waiting[0]!.width, now)
      if (lane < 0) break
      const flight = this.flight(this.waiting.shift()!, lane, now)
      this.last[lane] = flight
      this.flying.push(flight)
      launched.push(flight)
    }
    return launched
  }

  /** When the next of those that wait may enter; null when nobody waits. */
  wakeAt(now: number): number | null {
    const next = this.waiting[0]
    if (!next) return null
    const room = this.flying.filter(({ endsAt }) => endsAt > now)
    const seat = room.length < this.field.density ? now : Math.min(...room.map(({ endsAt }) => endsAt))
    const lanes = Array.from({ length: this.field.lanes }, (_, lane) => this.entry(lane, next.width, now))
    return Math.max(seat, Math.min(...lanes))
  }

  /** Takes one back: it no longer waits, or, already aloft, only keeps its place in the lane. */
  drop(matches: (item: T) => boolean): void {
    this.waiting = this.waiting.filter(({ item }) => !matches(item))
  }

  /** An empty field, perhaps of another size. */
  clear(field: Field = this.field): void {
    this.field = field
    this.last.length = 0
    this.flying = []
    this.waiting = []
  }

  private flight(one: Waiting<T>, lane: number, now: number): Flight<T> {
    return { ...one, lane, startsAt: now, endsAt: now + this.field.crossing, speed: this.speed(one.width) }
  }

  private speed(width: number): number {
    return (this.field.width + width) / this.field.crossing
  }

  private free(width: number, now: number): number {
    for (let lane = 0; lane < this.field.lanes; lane++) if (this.entry(lane, width, now) <= now) return lane
    return -1
  }

  /** The earliest moment at which one of this width may enter the lane. */
  private entry(lane: number, width: number, now: number): number {
    const before = this.last[lane]
    if (!before || before.endsAt <= now) return now
    const { gap, width: field } = this.field
    const isIn = before.startsAt + (before.width + gap) / before.speed
    const isNotCaught = before.endsAt - Math.max(0, field - gap) / this.speed(width)
    return Math.max(isIn, isNotCaught)
  }
}
