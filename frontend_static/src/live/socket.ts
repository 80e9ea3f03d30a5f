/** One room's line to the server: connects, resumes, sends each command until it is answered, and never pretends. */
import { actionKey } from '@/api/client'
import { ApiError } from '@/api/problem'
import type { States } from './fold'
import { afterClose, isLossy, type AckFrame, type ClientFrame, type CommandFrame, type EntryFrame, type FoldedStream, type LossyStream, type ResumedFrame, type ServerFrame, type StreamName, type SubscribeFrame } from './frames'
import { FIRST_LINK, type Link } from './link'
import { Outbox, type Keep } from './outbox'
import { catchUp, emptyTail, isBehind, takeEntry, takeResumed, takeSnapshot, type Tail } from './stream'
import { Ways, type Way } from './ways'

export type { Link, LinkState, Notice } from './link'

export type Line = Pick<WebSocket, 'send' | 'close' | 'readyState'> & {
  onopen: ((event: never) => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number }) => void) | null
}
export type Surroundings = {
  /** A line by this way; over HTTP it begins with these streams. */
  connect: (way: Way, first: SubscribeFrame[]) => Line
  /** Asked when a line was never welcomed: the server's refusal, or whether it is there at all. */
  whyRefused: () => Promise<ApiError | 'open' | 'away'>
  /** Whose commands of which room. */
  place: () => string
  tab: string
  /** What outlives the page, and what outlives a reload only. */
  keep: Keep | null
  session: Keep | null
  isOnline: () => boolean
  now: () => number
  random: () => number
  later: (run: () => void, ms: number) => number
  cancel: (timer: number) => void
}
export type Listener = {
  /** This person did something here on another device. */
  onMoved?: () => void
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
const OPEN_MS = 10_000
const WAKE_MS = 8_000
const FRESH_MS = 6_000
const CLOSED_BY_SERVER = 1012
const NOT_ADMITTED = 4403
const SETTLED_MS = 5_000
const OVER = 4410
const OPEN = 1

/** Full jitter: anywhere between nothing and the doubled ceiling. */
export function backoff(attempt: number, random: number): number {
  return Math.round(random * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt))
}

export class LiveSocket {
  private line: Line | null = null
  private probe: Line | null = null
  private readonly tails = new Map<FoldedStream, Tail>()
  /** Commands of this page that nobody has told of yet. */
  private readonly own = new Set<string>()
  private readonly catching = new Set<FoldedStream>()
  private readonly outbox: Outbox
  private readonly ways: Ways
  private link: Link = FIRST_LINK
  private isWelcome = false
  private openedAt = 0
  private heardAt = 0
  private deadman = 0
  private retry = 0
  private rest = 0
  private drainMs: number | null = null

  constructor(
    private readonly wanted: readonly StreamName[],
    private readonly listener: Listener,
    private readonly around: Surroundings,
  ) {
    for (const stream of wanted) if (!isLossy(stream)) this.tails.set(stream, emptyTail(stream))
    this.outbox = new Outbox(around.keep, around.tab, around.now)
    this.ways = new Ways(around.session, around.now)
  }

  open(): void {
    this.around.cancel(this.retry)
    this.retry = 0
    this.isWelcome = false
    this.openedAt = this.around.now()
    this.outbox.moveTo(this.around.place())
    this.use(this.around.connect(this.ways.way, this.wanted.map((stream) => this.begin(stream))))
    this.say({ way: this.ways.way, retryAt: null, ...this.held() })
    this.watch(OPEN_MS)
  }

  /** The page is leaving: nothing more is heard or sent, and another tab may send what waits. */
  close(): void {
    const line = this.line
    this.line = null
    for (const timer of [this.deadman, this.retry, this.rest]) this.around.cancel(timer)
    this.retry = 0
    this.probe?.close()
    line?.close()
    this.outbox.release()
  }

  /** Look after the line, e.g. when the browser says it is online or the page is shown again. */
  wake(): void {
    const silent = this.around.now() - this.heardAt
    if (this.retry) return this.open()
    if (!this.isWelcome || silent < FRESH_MS) return
    if (this.ways.way === 'socket') {
      this.send({ type: 'ping' })
      this.watch(WAKE_MS)
    } else if (silent > DEADMAN_MS / 2) {
      this.drop()
      this.open()
    }
  }

  /** Keep hold of what waits, and send what a closed tab has left; called every few seconds. */
  tend(): void {
    for (const frame of this.outbox.tend()) this.transmit(frame)
    if (this.outbox.size !== this.link.waiting) this.say(this.held())
  }

  /** Does something once; resolves with the server's answer however many times the line drops meanwhile. */
  command(name: string, body: Record<string, unknown>): Promise<unknown> {
    const frame = { type: 'command', cmd_id: actionKey(), name, body } as const
    this.own.add(frame.cmd_id)
    const answered = this.outbox.add(frame)
    this.transmit(frame)
    this.say(this.held())
    return answered
  }

  /** Take back a command that still waits here. */
  withdraw(cmdId: string): boolean {
    const withdrawn = this.outbox.withdraw(cmdId)
    this.say(this.held())
    return withdrawn
  }

  private say(change: Partial<Link>): void {
    this.link = { ...this.link, ...change }
    this.listener.onLink?.(this.link)
  }

  private send(frame: ClientFrame): void {
    if (this.line?.readyState === OPEN) this.line.send(JSON.stringify(frame))
  }

  private transmit(frame: CommandFrame): void {
    if (!this.isWelcome || this.line?.readyState !== OPEN) return
    this.outbox.markSent(frame.cmd_id)
    this.send(frame)
  }

  private held(): Pick<Link, 'waiting' | 'unsent'> {
    return { waiting: this.outbox.size, unsent: this.outbox.list() }
  }

  private begin(stream: StreamName): SubscribeFrame {
    return isLossy(stream) ? { type: 'subscribe', stream } : catchUp(this.tail(stream))
  }

  private use(line: Line): void {
    this.line = line
    line.onmessage = (event) => this.line === line && this.hear(event.data)
    line.onclose = (event) => this.line === line && this.lost(event.code)
  }

  private watch(ms = DEADMAN_MS): void {
    this.around.cancel(this.deadman)
    this.deadman = this.around.later(() => this.drop(), ms)
  }

  private drop(): void {
    const line = this.line
    this.lost(4408)
    line?.close()
  }

  private hear(data: unknown): void {
    this.heardAt = this.around.now()
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
        return this.answered(frame)
      case 'heartbeat':
        this.listener.onServerTime?.(frame.at)
        this.send({ type: 'ping' })
        return this.compare(frame.tops)
      case 'presence':
        return this.listener.onPresence?.(frame.count)
      case 'moved':
        return this.own.delete(frame.cmd_id) ? undefined : this.listener.onMoved?.()
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
    this.listener.onWelcome?.(allowed)
    for (const stream of this.tails.keys()) if (!allowed.includes(stream)) this.tails.set(stream, emptyTail(stream))
    for (const stream of this.wanted) if (allowed.includes(stream)) this.send(this.begin(stream))
    for (const frame of this.outbox.pending()) this.transmit(frame)
    this.say({ state: 'connected', way: this.ways.way, attempt: 0, retryAt: null, stopCode: null, refusal: null, caughtUp: 0, ...this.held() })
    this.restBeforeProbe()
  }

  private answered(ack: AckFrame): void {
    const refused = this.outbox.settle(ack)
    this.say(refused ? { ...this.held(), notice: { refused } } : this.held())
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
    const lived = this.around.now() - this.openedAt
    this.line = null
    this.catching.clear()
    this.probe?.close()
    for (const timer of [this.deadman, this.rest]) this.around.cancel(timer)
    const next = afterClose(code)
    if (next === 'stop' && !this.mayReturn(code, lived)) return this.stop({ stopCode: code })
    const isCut = code < CLOSED_BY_SERVER
    const wait = this.isWelcome && isCut && this.ways.broke(lived) ? 0 : this.waitBefore(next === 'retry')
    this.say({ state: this.around.isOnline() ? 'reconnecting' : 'offline', attempt: this.link.attempt + 1, retryAt: this.around.now() + wait })
    this.retry = this.around.later(() => this.open(), wait)
    if (!this.isWelcome) void this.askWhy()
  }

  /** What one is in a room changes: whoever was let in some time ago asks at the door once more. */
  private mayReturn(code: number, lived: number): boolean {
    return code === NOT_ADMITTED && this.isWelcome && lived > SETTLED_MS
  }

  /** Never welcomed: a refusal is final; a server that answers over HTTP says that this way does not pass. */
  private async askWhy(): Promise<void> {
    const way = this.ways.way
    const why = await this.around.whyRefused()
    if (why === 'away' || this.isWelcome || this.ways.way !== way || !(this.retry || this.line)) return
    if (why instanceof ApiError) {
      this.close()
      this.stop({ refusal: why })
    } else if (this.ways.miss() && this.retry) this.open()
  }

  private stop(why: Partial<Link>): void {
    const isOver = why.stopCode === OVER || why.refusal?.status === 410
    const expired = isOver ? this.outbox.expire() : 0
    this.say({ state: 'stopped', retryAt: null, ...why, ...this.held(), ...(expired ? { notice: { expired } } : {}) })
  }

  // In a fallback: whether the socket passes by now is tried beside the line in use.

  private restBeforeProbe(): void {
    this.around.cancel(this.rest)
    const ms = this.ways.restMs
    if (ms !== null) this.rest = this.around.later(() => this.tryAgain(), ms)
  }

  private tryAgain(): void {
    const line = this.around.connect('socket', [])
    this.probe = line
    const settle = (passes: boolean) => {
      if (this.probe !== line) return
      this.probe = null
      this.around.cancel(this.rest)
      this.ways.tried(passes)
      if (!passes) {
        line.close()
        this.restBeforeProbe()
      }
    }
    line.onclose = () => settle(false)
    line.onmessage = (event) => {
      const before = this.line
      settle(true)
      this.use(line)
      before?.close()
      this.openedAt = this.around.now()
      this.hear(event.data)
    }
    this.rest = this.around.later(() => settle(false), OPEN_MS)
  }

  private waitBefore(rateLimited: boolean): number {
    const drain = this.drainMs
    this.drainMs = null
    if (drain !== null) return Math.round(this.around.random() * drain)
    return (rateLimited ? RATE_WAIT_MS : 0) + backoff(this.link.attempt, this.around.random())
  }
}
