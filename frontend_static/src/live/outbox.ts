/**
 * Commands on their way. What a person typed outlives the page: kept per person and room until it is answered,
 * withdrawn or the room is over. One tab at a time sends a kept command, always under its first cmd_id.
 */
import { ApiError, type Problem } from '@/api/problem'
import type { AckFrame, CommandFrame } from './frames'

export type Keep = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>
/** One command that has no answer yet. What was handed to the network may have happened: it cannot be withdrawn. */
export type Waiting = { frame: CommandFrame; at: number; sent: boolean }
type Kept = Waiting & { tab: string; leased: number }
type Pending = Waiting & { resolve?: (body: unknown) => void; reject?: (error: Error) => void }

const TYPED = new Set(['question.ask', 'question.vote', 'question.unvote', 'danmaku.send', 'poll.answer'])
const LEASE_MS = 30_000
const KEPT_MS = 24 * 3_600_000

export class Outbox {
  private readonly waiting = new Map<string, Pending>()
  private prefix = ''

  constructor(
    private readonly keep: Keep | null,
    private readonly tab: string,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.waiting.size
  }

  list(): Waiting[] {
    return [...this.waiting.values()].map(({ frame, at, sent }) => ({ frame, at, sent }))
  }

  /** Everything still unanswered, oldest first: what is sent again after a reconnect. */
  pending(): CommandFrame[] {
    return this.list().map(({ frame }) => frame)
  }

  /** Work for this person in this room from now on. */
  moveTo(place: string): void {
    const prefix = `roadshow.outbox:${place}:`
    if (prefix === this.prefix) return
    this.prefix = prefix
    this.waiting.clear()
    this.tend()
  }

  /** Renew the hold on what is ours and take over what a closed tab has left; returns what is new here. */
  tend(): CommandFrame[] {
    for (const pending of this.waiting.values()) this.save(pending)
    const left = this.kept().filter((kept) => !this.waiting.has(kept.frame.cmd_id) && this.isOurs(kept))
    for (const { frame, at, sent } of left.sort((a, b) => a.at - b.at)) {
      this.waiting.set(frame.cmd_id, { frame, at, sent })
      this.save(this.waiting.get(frame.cmd_id)!)
    }
    return left.map(({ frame }) => frame)
  }

  /** The page is leaving: another tab may send what is left. */
  release(): void {
    for (const pending of this.waiting.values()) this.save(pending, 0)
  }

  add(frame: CommandFrame): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const pending = { frame, at: this.now(), sent: false, resolve, reject }
      this.waiting.set(frame.cmd_id, pending)
      this.save(pending)
    })
  }

  markSent(cmdId: string): void {
    const pending = this.waiting.get(cmdId)
    if (!pending || pending.sent) return
    pending.sent = true
    this.save(pending)
  }

  /** Returns the refusal nobody waits for any more, because the page that asked is gone. */
  settle(ack: AckFrame): Problem | null {
    const pending = this.waiting.get(ack.cmd_id)
    if (!pending) return null
    this.forget(ack.cmd_id)
    if (ack.status < 400) pending.resolve?.(ack.body)
    else if (pending.reject) pending.reject(new ApiError(problemOf(ack)))
    else return problemOf(ack)
    return null
  }

  /** Take back what has not been handed to the network; false when it is too late. */
  withdraw(cmdId: string): boolean {
    const pending = this.waiting.get(cmdId)
    if (!pending || pending.sent) return false
    this.forget(cmdId)
    pending.reject?.(new ApiError(local('withdrawn', '已撤回，没有发送。', 'Withdrawn; it was not sent.')))
    return true
  }

  /** The room is over: nothing is sent any more. Returns how many were not. */
  expire(): number {
    const late = [...this.waiting.values()]
    for (const { frame, reject } of late) {
      this.forget(frame.cmd_id)
      reject?.(new ApiError(local('room_over', '本场已结束，没有发送。', 'The room is over; it was not sent.')))
    }
    return late.length
  }

  private forget(cmdId: string): void {
    this.waiting.delete(cmdId)
    this.keep?.removeItem(this.prefix + cmdId)
  }

  private isOurs({ tab, leased }: Kept): boolean {
    return tab === this.tab || this.now() - leased > LEASE_MS
  }

  /** What is stored for this person and room; what the server would no longer know as a repeat is dropped. */
  private kept(): Kept[] {
    const { keep } = this
    const keys = Array.from({ length: keep?.length ?? 0 }, (_, at) => keep!.key(at) ?? '').filter((key) => key.startsWith(this.prefix))
    return keys.flatMap((key) => {
      const kept = parse(keep!.getItem(key))
      if (kept && this.now() - kept.at < KEPT_MS) return [kept]
      keep!.removeItem(key)
      return []
    })
  }

  private save(pending: Pending, leased = this.now()): void {
    const { frame, at, sent } = pending
    if (!TYPED.has(frame.name)) return
    try {
      this.keep?.setItem(this.prefix + frame.cmd_id, JSON.stringify({ frame, at, sent, tab: this.tab, leased }))
    } catch {
      // Storage may be full or off: the command stays in memory.
    }
  }
}

function parse(text: string | null): Kept | null {
  try {
    return JSON.parse(text ?? 'null') as Kept | null
  } catch {
    return null
  }
}

function local(code: string, zh: string, en: string): Problem {
  return { status: 0, code, message: { 'zh-CN': zh, en } }
}

function problemOf(ack: AckFrame): Problem {
  const body = ack.body as Partial<Problem> | null
  return { ...body, status: ack.status, code: body?.code ?? `http_${ack.status}` }
}
