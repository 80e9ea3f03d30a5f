/** Commands on their way: kept, also over a reload, until the server has answered each of them. */
import { ApiError, type Problem } from '@/api/problem'
import type { AckFrame, CommandFrame } from './frames'

type Waiting = { frame: CommandFrame; resolve?: (body: unknown) => void; reject?: (error: Error) => void }
export type Keep = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

export class Outbox {
  private readonly waiting = new Map<string, Waiting>()

  constructor(
    private readonly place: string,
    private readonly keep: Keep | null,
  ) {
    for (const frame of this.kept()) this.waiting.set(frame.cmd_id, { frame })
  }

  get size(): number {
    return this.waiting.size
  }

  /** Everything still unanswered, oldest first: what is sent again after a reconnect. */
  pending(): CommandFrame[] {
    return [...this.waiting.values()].map(({ frame }) => frame)
  }

  add(frame: CommandFrame): Promise<unknown> {
    const answered = new Promise<unknown>((resolve, reject) => this.waiting.set(frame.cmd_id, { frame, resolve, reject }))
    this.save()
    return answered
  }

  settle(ack: AckFrame): void {
    const entry = this.waiting.get(ack.cmd_id)
    if (!entry) return
    this.waiting.delete(ack.cmd_id)
    this.save()
    if (ack.status < 400) entry.resolve?.(ack.body)
    else entry.reject?.(new ApiError(problemOf(ack)))
  }

  private kept(): CommandFrame[] {
    try {
      return JSON.parse(this.keep?.getItem(this.place) ?? '[]') as CommandFrame[]
    } catch {
      return []
    }
  }

  private save(): void {
    try {
      if (this.waiting.size) this.keep?.setItem(this.place, JSON.stringify(this.pending()))
      else this.keep?.removeItem(this.place)
    } catch {
      // Storage may be full or off: the commands stay in memory.
    }
  }
}

function problemOf(ack: AckFrame): Problem {
  const body = ack.body as Partial<Problem> | null
  return { ...body, status: ack.status, code: body?.code ?? `http_${ack.status}` }
}
