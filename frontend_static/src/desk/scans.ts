/** Tickets in the order in which they were read: each is asked after once, also those read while there was no network. */
import { reactive } from 'vue'
import { OfflineError } from '@/api/problem'

export type Shelf = { read: () => string[]; write: (codes: string[]) => void }
type Hears<A> = { answered: (code: string, answer: A) => void; refused: (code: string, error: unknown) => void; emptied?: () => void }

const AGAIN_MS = 3_000

export class Scans<A> {
  /** What was read and has no answer yet. */
  readonly waiting: string[] = reactive([])
  readonly state = reactive({ isOffline: false, isAsking: false })
  private timer: unknown = null

  constructor(
    private readonly ask: (code: string) => Promise<A>,
    private readonly hears: Hears<A>,
    private readonly shelf: Shelf,
    private readonly later: (run: () => void, ms: number) => unknown = (run, ms) => setTimeout(run, ms),
  ) {
    this.waiting.push(...shelf.read())
    void this.work()
  }

  /** Takes a code; without a network it waits for one, and is kept over a reload. */
  add(code: string): void {
    const text = code.trim()
    if (!text) return
    this.waiting.push(text)
    this.shelf.write([...this.waiting])
    void this.work()
  }

  /** The network may be back: asks now. */
  retry(): void {
    this.timer = null
    void this.work()
  }

  private async work(): Promise<void> {
    if (this.state.isAsking || this.timer !== null) return
    this.state.isAsking = true
    let count = 0
    while (this.waiting.length && (await this.one(this.waiting[0]!))) count += 1
    this.state.isAsking = false
    if (this.waiting.length) this.timer ??= this.later(() => this.retry(), AGAIN_MS)
    else if (count) this.hears.emptied?.()
  }

  /** Asks after one; false while there is no network. */
  private async one(code: string): Promise<boolean> {
    const answer = await this.ask(code).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    )
    this.state.isOffline = 'error' in answer && answer.error instanceof OfflineError
    if (this.state.isOffline) return false
    this.waiting.shift()
    this.shelf.write([...this.waiting])
    if ('error' in answer) this.hears.refused(code, answer.error)
    else this.hears.answered(code, answer.answer)
    return true
  }
}
