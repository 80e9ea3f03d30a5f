/** The server's time on this device: its own clock plus the median of what the server said, so a wrong clock does no harm. */
const KEPT = 9

export class ServerClock {
  private readonly offsets: number[] = []
  private offset = 0

  constructor(private readonly own: () => number = Date.now) {}

  /** A frame said what time it is there; the way here takes a little, and the median forgets the slow ones. */
  hear(at: string): void {
    const said = Date.parse(at)
    if (Number.isNaN(said)) return
    this.offsets.push(said - this.own())
    if (this.offsets.length > KEPT) this.offsets.shift()
    this.offset = median(this.offsets)
  }

  now(): number {
    return this.own() + this.offset
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
