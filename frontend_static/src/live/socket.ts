/** One room's line to the server: connects, resumes, sends each command until it is answered, and never pretends. */
import { actionKey } from '@/api/client'
import type { ApiError } from '@/api/problem'
import type { States } from './fold'
import { afterClose, isLossy, type ClientFrame, type EntryFrame, type FoldedStream, type LossyStream, type ResumedFrame, type ServerFrame, type StreamName } from './frames'
import { Outbox, type Keep } from './outbox'
import { catchUp, emptyTail, isBehind, takeEntry, takeResumed, takeSnapshot, type Tail } from './stream'

export type LinkState = 'connecting' | 'connected' | 'reconnecting' | 'stopped'
export type Link = { state: LinkState; caughtUp: number; waiting: number; stopCode: number | null; refusal: ApiError | null; attempt: number }

export const FIRST_LINK: Link = { state: 'connecting', caughtUp: 0, waiting: 0, stopCode: null, refusal: null, attempt: 0 }

export type Line = Pick<WebSocket, 'send' | 'close' | 'readyState'> & {
  onopen: ((event: never) => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number }) => void) | null
}
export type Surroundings = {
  connect: (url: string) => Line
  /** Asked when a handshake fails: the server's refusal, or null when it simply could not be reached. */
  whyRefused: () => Promise<ApiError | null>
  keep: Keep | null
  random: () => number
  later: (run: () => void, ms: number) => number
  cancel: (timer: number) => void
}
export type Listener = {
  onState?: <S extends FoldedStream>(stream: S, state: States[S]) => void
  /** An entry of a lossy stream, as it comes. */
  onEntry?: (stream: LossyStream, entry: EntryFrame) => void
  onLink?: (link: Link) => void
  onPresence?: (count: number) => void
  onWelcome?: (streams: StreamName[]) => void
  /** The server's clock, as a frame brings it. */
  onServerTime?: (at: string) => void
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
const RATE_WAIT_MS = 5_000
const DEADMAN_MS = 45_000
const OPEN = 1

/** Full jitter: anywhere between nothing and the doubled ceiling. */
export function backoff(attempt: number, random: number): number {
  return Math.round(random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt))
}

export class LiveSocket {
  private line: Line | null = null
  private readonly tails = new Map<FoldedStream, Tail>()
  private readonly catching = new Set<FoldedStream>()
  private readonly outbox: Outbox
  private link: Link = FIRST_LINK
  private isWelcome = false
  private deadman = 0
  private retry = 0
  private drainMs: number | null = null

  constructor(
    private readonly url: string,
    private readonly wanted: readonly StreamName[],
    private readonly listener: Listener,
    private readonly around: Surroundings,
  ) {
    for (const stream of wanted) if (!isLossy(stream)) this.tails.set(stream, emptyTail(stream))
    this.outbox = new Outbox(`roadshow.outbox:${url}`, around.keep)
  }

  open(): void {
    this.around.cancel(this.retry)
    this.retry = 0
    this.isWelcome = false
    const line = this.around.connect(this.url)
    this.line = line
    line.onmessage = (event) => this.line === line && this.hear(event.data)
    line.onclose = (event) => this.line === line && this.lost(event.code)
    this.watch()
  }

  /** The page is leaving: nothing more is heard or sent. */
  close(): void {
    const line = this.line
    this.line = null
    this.around.cancel(this.deadman)
    this.around.cancel(this.retry)
    this.retry = 0
    line?.close()
  }

  /** Reconnect now, e.g. when the browser says it is online or the page is shown again. */
  wake(): void {
    if (this.retry) this.open()
    else if (this.line?.readyState === OPEN) this.send({ type: 'ping' })
  }

  /** Does something once; resolves with the server's answer however many times the line drops meanwhile. */
  command(name: string, body: Record<string, unknown>): Promise<unknown> {
    const frame = { type: 'command', cmd_id: actionKey(), name, body } as const
    const answered = this.outbox.add(frame)
    this.send(frame)
    this.say({ waiting: this.outbox.size })
    return answered
  }

  private say(change: Partial<Link>): void {
    this.link = { ...this.link, ...change }
    this.listener.onLink?.(this.link)
  }

  private send(frame: ClientFrame): void {
    if (this.line?.readyState === OPEN) this.line.send(JSON.stringify(frame))
  }

  private watch(): void {
    this.around.cancel(this.deadman)
    this.deadman = this.around.later(() => this.drop(), DEADMAN_MS)
  }

  private drop(): void {
    const line = this.line
    this.lost(4408)
    line?.close()
  }

  private hear(data: unknown): void {
    this.watch()
    const frame = JSON.parse(String(data)) as ServerFrame
    switch (frame.type) {
      case 'welcome':
        this.listener.onServerTime?.(frame.server_at)
        return this.welcomed(frame.streams)
      case 'snapshot':
        return isLossy(frame.stream) ? undefined : this.place(takeSnapshot(this.tail(frame.stream), frame), true)
      case 'resumed':
        return isLossy(frame.stream) ? undefined : this.resumed(frame.stream, frame)
      case 'entry':
        return isLossy(frame.stream) ? this.listener.onEntry?.(frame.stream, frame) : this.entered(this.tail(frame.stream), frame)
      case 'ack':
        this.outbox.settle(frame)
        return this.say({ waiting: this.outbox.size })
      case 'heartbeat':
        this.listener.onServerTime?.(frame.at)
        this.send({ type: 'ping' })
        return this.compare(frame.tops)
      case 'presence':
        return this.listener.onPresence?.(frame.count)
      case 'drain':
        this.drainMs = frame.jitter_seconds * 1000
        return
      case 'error':
        return
    }
  }

  private tail(stream: FoldedStream): Tail {
    return this.tails.get(stream) ?? emptyTail(stream)
  }

  private welcomed(allowed: StreamName[]): void {
    this.isWelcome = true
    this.say({ state: 'connected', attempt: 0, stopCode: null, refusal: null, caughtUp: 0 })
    this.listener.onWelcome?.(allowed)
    for (const stream of this.wanted) if (allowed.includes(stream)) this.send(isLossy(stream) ? { type: 'subscribe', stream } : catchUp(this.tail(stream)))
    for (const frame of this.outbox.pending()) this.send(frame)
  }

  private place(tail: Tail, settled: boolean): void {
    this.tails.set(tail.stream, tail)
    if (settled) this.catching.delete(tail.stream)
    if (tail.state) this.listener.onState?.(tail.stream, tail.state)
  }

  private resumed(stream: FoldedStream, frame: ResumedFrame): void {
    this.catching.delete(stream)
    const { verdict } = takeResumed(this.tail(stream), frame)
    if (verdict === 'resume') {
      this.tails.set(stream, emptyTail(stream))
      return this.catch(stream)
    }
    if (frame.count) this.say({ caughtUp: this.link.caughtUp + frame.count })
  }

  private entered(before: Tail, frame: EntryFrame): void {
    const { tail, verdict } = takeEntry(before, frame)
    if (verdict === 'applied') this.place(tail, false)
    if (verdict === 'resume') this.catch(tail.stream)
  }

  private compare(tops: Partial<Record<StreamName, number>>): void {
    for (const [stream, tail] of this.tails) if (isBehind(tail, tops[stream])) this.catch(stream)
  }

  private catch(stream: FoldedStream): void {
    if (this.catching.has(stream)) return
    this.catching.add(stream)
    this.send(catchUp(this.tail(stream)))
  }

  private lost(code: number): void {
    this.line = null
    this.catching.clear()
    this.around.cancel(this.deadman)
    const next = afterClose(code)
    if (next === 'stop') return this.say({ state: 'stopped', stopCode: code })
    const wait = this.waitBefore(next === 'retry')
    this.say({ state: 'reconnecting', attempt: this.link.attempt + 1 })
    this.retry = this.around.later(() => this.open(), wait)
    if (!this.isWelcome) void this.askWhy()
  }

  private async askWhy(): Promise<void> {
    const refusal = await this.around.whyRefused()
    if (!refusal || this.line?.readyState === OPEN) return
    this.close()
    this.say({ state: 'stopped', refusal })
  }

  private waitBefore(rateLimited: boolean): number {
    const drain = this.drainMs
    this.drainMs = null
    if (drain !== null) return Math.round(this.around.random() * drain)
    return (rateLimited ? RATE_WAIT_MS : 0) + backoff(this.link.attempt, this.around.random())
  }
}
