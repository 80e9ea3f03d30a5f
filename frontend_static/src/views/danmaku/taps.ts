/** Taps on their way: gathered for a second, capped for a person, sent as one command. */
import type { Counts, ReactionKind } from '@/live/danmaku'

export const TAPS_MOST = 20
const SECOND = 1000

type Later = (run: () => void, ms: number) => unknown

export class Taps {
  private counts: Counts = {}
  private isWaiting = false
  private sentAt = -Infinity

  constructor(
    private readonly send: (counts: Counts) => void,
    private readonly later: Later = (run, ms) => window.setTimeout(run, ms),
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Counts one; false when this second is full. */
  tap(kind: ReactionKind): boolean {
    if (Object.values(this.counts).reduce((sum, count) => sum + count, 0) >= TAPS_MOST) return false
    this.counts[kind] = (this.counts[kind] ?? 0) + 1
    if (!this.isWaiting) {
      this.isWaiting = true
      this.later(() => this.flush(), Math.max(0, this.sentAt + SECOND - this.clock()))
    }
    return true
  }

  private flush(): void {
    const counts = this.counts
    this.counts = {}
    this.isWaiting = false
    this.sentAt = this.clock()
    this.send(counts)
  }
}
