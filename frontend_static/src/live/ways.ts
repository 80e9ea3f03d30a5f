/** Which way to the server is tried: the socket, unless it has shown that it does not pass here. */

export type Way = 'socket' | 'events' | 'poll'
type Keep = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
type Kept = { way: Way; until: number; rest: number }

const PLACE = 'roadshow.way'
const NEXT: Record<Way, Way> = { socket: 'events', events: 'poll', poll: 'poll' }
const MISSES = 2
const YOUNG_MS = 30_000
const FIRST_REST_MS = 5 * 60_000
const LONGEST_REST_MS = 40 * 60_000

export class Ways {
  way: Way = 'socket'
  private misses = 0
  private until = 0
  private rest = FIRST_REST_MS

  constructor(
    private readonly keep: Keep | null,
    private readonly now: () => number,
  ) {
    const kept = this.kept()
    if (kept && kept.until > now()) Object.assign(this, kept)
  }

  /** How long until the socket is worth another try; null while it is in use. */
  get restMs(): number | null {
    return this.way === 'socket' ? null : Math.max(0, this.until - this.now())
  }

  /** This way did not lead in, or broke, though the server answers: after two in a row the next one is taken. */
  miss(): boolean {
    if (++this.misses < MISSES || this.way === 'poll') return false
    this.misses = 0
    if (this.way === 'socket') this.until = this.now() + this.rest
    this.way = NEXT[this.way]
    this.save()
    return true
  }

  /** A line that was in use broke off without a word. */
  broke(livedMs: number): boolean {
    if (livedMs < YOUNG_MS) return this.miss()
    this.misses = 0
    return false
  }

  /** The socket was tried again beside the way in use. */
  tried(passes: boolean): void {
    this.misses = 0
    if (passes) {
      this.way = 'socket'
      this.keep?.removeItem(PLACE)
      return
    }
    this.rest = Math.min(LONGEST_REST_MS, this.rest * 2)
    this.until = this.now() + this.rest
    this.save()
  }

  private save(): void {
    try {
      this.keep?.setItem(PLACE, JSON.stringify({ way: this.way, until: this.until, rest: this.rest }))
    } catch {
      // Without storage the next page finds out by itself.
    }
  }

  private kept(): Kept | null {
    try {
      return JSON.parse(this.keep?.getItem(PLACE) ?? 'null') as Kept | null
    } catch {
      return null
    }
  }
}
