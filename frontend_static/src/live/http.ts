/** The live wire over plain HTTP, shaped like a socket: server-sent events or long polls to hear, posts to act. */
import { call, pathTo } from '@/api/client'
import { ApiError } from '@/api/problem'
import type { ClientFrame, CommandFrame, ServerFrame, StreamName, SubscribeFrame } from './frames'
import type { Line } from './socket'
import type { Way } from './ways'

type Closed = { type: 'closed'; code: number; reason: string }
type Place = { seq?: number | undefined; epoch?: string | undefined }
/** What is asked of the network, and what is heard: the frames of one response, as they come. */
export type Network = {
  hear: (path: string, query: string[][], signal: AbortSignal) => AsyncIterable<unknown>
  post: (path: string, frames: CommandFrame[]) => Promise<unknown[]>
}

const CODES: Record<number, number> = { 401: 4401, 403: 4403, 404: 4403, 410: 4410, 413: 1009, 422: 1007, 429: 4429 }
const CUT = 1006
/** What is done on another device between two requests rings nobody: own state is looked at again, this often at most. */
const LOOK_MS = 3_000

export class HttpLine implements Line {
  readyState: 0 | 1 | 3 = 0
  onopen: Line['onopen'] = null
  onmessage: Line['onmessage'] = null
  onclose: Line['onclose'] = null
  private readonly places = new Map<StreamName, Place>()
  private readonly outgoing: CommandFrame[] = []
  private posting = false
  private lookedAt = 0
  private request = new AbortController()

  constructor(
    private readonly path: string,
    private readonly way: Exclude<Way, 'socket'>,
    first: readonly SubscribeFrame[],
    private readonly network: Network = browser,
    private readonly clock: () => number = Date.now,
  ) {
    for (const { stream, seq, epoch } of first) this.places.set(stream, { seq, epoch })
    queueMicrotask(() => void this.listen())
  }

  send(data: unknown): void {
    const frame = JSON.parse(String(data)) as ClientFrame
    if (frame.type === 'subscribe') this.follow(frame)
    if (frame.type === 'command') {
      this.outgoing.push(frame)
      if (!this.posting) void this.post()
    }
  }

  close(): void {
    this.readyState = 3
    this.request.abort()
  }

  /** A stream asked for again, from another place than where it stands: the request begins anew. */
  private follow({ stream, seq, epoch }: SubscribeFrame): void {
    const place = this.places.get(stream)
    if (place && place.seq === seq && place.epoch === epoch) return
    this.places.set(stream, { seq, epoch })
    this.request.abort()
  }

  private async listen(): Promise<void> {
    for (let continued = false; this.readyState !== 3; continued = true) {
      this.request = new AbortController()
      const { signal } = this.request
      let heard = false
      if (continued) this.look()
      try {
        for await (const frame of this.network.hear(`${this.path}/${this.way}`, this.query(continued), signal)) {
          heard = true
          this.take(frame as ServerFrame | Closed, continued)
          if (this.isClosed() || signal.aborted) break
        }
      } catch (error) {
        if (!signal.aborted) return this.end(error instanceof ApiError ? (CODES[error.status] ?? CUT) : CUT)
      }
      if (!heard && !signal.aborted) return this.end(CUT)
    }
  }

  private look(): void {
    if (!this.places.has('user') || this.clock() - this.lookedAt < LOOK_MS) return
    this.lookedAt = this.clock()
    this.onmessage?.({ data: JSON.stringify({ type: 'moved', cmd_id: '' }) })
  }

  private isClosed(): boolean {
    return this.readyState === 3
  }

  private query(continued: boolean): string[][] {
    const follow = [...this.places].map(([stream, { seq, epoch }]) => ['follow', seq === undefined ? stream : `${stream}:${seq}:${epoch ?? ''}`])
    return continued ? [...follow, ['continued', 'true']] : follow
  }

  private take(frame: ServerFrame | Closed, continued: boolean): void {
    if (this.isClosed()) return
    switch (frame.type) {
      case 'closed':
        return this.end(frame.code)
      case 'welcome':
        for (const stream of this.places.keys()) if (!frame.streams.includes(stream)) this.places.delete(stream)
        this.readyState = 1
        break
      case 'snapshot':
        this.places.set(frame.stream, { seq: frame.seq, epoch: frame.epoch })
        break
      case 'entry':
        if (this.places.get(frame.stream)?.epoch !== undefined) this.places.get(frame.stream)!.seq = frame.seq
    }
    const told = frame.type === 'resumed' && continued ? { ...frame, count: 0 } : frame
    this.onmessage?.({ data: JSON.stringify(told) })
  }

  private async post(): Promise<void> {
    this.posting = true
    while (this.outgoing.length && !this.isClosed()) {
      try {
        const frames = await this.network.post(`${this.path}/frames`, this.outgoing.splice(0, 20))
        for (const frame of frames) this.take(frame as ServerFrame | Closed, true)
      } catch (error) {
        this.end(error instanceof ApiError ? (CODES[error.status] ?? CUT) : CUT)
      }
    }
    this.posting = false
  }

  private end(code: number): void {
    if (this.isClosed()) return
    this.close()
    this.onclose?.({ code })
  }
}

/** The events of a response: each `data` line is a frame. */
export async function* eventsOf(chunks: AsyncIterable<string>): AsyncIterable<unknown> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    for (const line of lines) if (line.startsWith('data: ')) yield JSON.parse(line.slice(6))
  }
}

async function* textOf(body: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield decoder.decode(step.value, { stream: true })
  } finally {
    void reader.cancel().catch(() => undefined)
  }
}

const browser: Network = {
  async *hear(path, query, signal) {
    const response = await fetch(`${pathTo(path)}?${new URLSearchParams(query)}`, { signal, credentials: 'same-origin', cache: 'no-store' })
    if (!response.ok) throw new ApiError({ status: response.status, code: `http_${response.status}` })
    if (path.endsWith('/events') && response.body) yield* eventsOf(textOf(response.body))
    else yield* (await response.json()) as unknown[]
  },
  post: async (path, frames) => (await call<unknown[]>('POST', path, { body: frames })).data,
}
