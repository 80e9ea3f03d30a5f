import { beforeEach, expect, test } from 'vitest'
import { ApiError } from '@/api/problem'
import type { ClientFrame, EntryFrame, ServerFrame, StreamName } from './frames'
import { LiveSocket, backoff, type Line, type Link } from './socket'

class FakeLine implements Line {
  readyState = 1
  sent: ClientFrame[] = []
  onopen = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  send(data: unknown): void {
    this.sent.push(JSON.parse(String(data)))
  }
  close(): void {
    this.readyState = 3
  }
  hear(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
  end(code: number): void {
    this.readyState = 3
    this.onclose?.({ code })
  }
}

const kept = new Map<string, string>()
const keep = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
}
let lines: FakeLine[] = []
let timers: { run: () => void; ms: number; id: number }[] = []
let links: Link[] = []
let moments: [StreamName, string][] = []
let refusal: ApiError | null = null

function open(wanted: readonly StreamName[] = ['public', 'user']): LiveSocket {
  const listener = { onLink: (link: Link) => links.push(link), onEntry: (stream: StreamName, entry: EntryFrame) => moments.push([stream, entry.kind]) }
  const socket = new LiveSocket('ws://test/room', wanted, listener, {
    connect: () => {
      const line = new FakeLine()
      lines.push(line)
      return line
    },
    whyRefused: () => Promise.resolve(refusal),
    keep,
    random: () => 0.5,
    later: (run, ms) => {
      timers.push({ run, ms, id: timers.length + 1 })
      return timers.length
    },
    cancel: (id) => void (timers = timers.map((timer) => (timer.id === id ? { ...timer, run: () => undefined } : timer))),
  })
  socket.open()
  return socket
}

const line = (at: number) => lines.at(at)!
const welcome: ServerFrame = {
  type: 'welcome',
  server_at: '2026-11-21T06:30:00Z',
  heartbeat_seconds: 20,
  deadman_seconds: 45,
  streams: ['public', 'user'],
}
const reconnect = () => timers.at(-1)!.run()

beforeEach(() => {
  kept.clear()
  lines = []
  timers = []
  links = []
  moments = []
  refusal = null
})

test('welcome subscribes to every wanted stream', () => {
  open()

  line(0).hear(welcome)

  expect(line(0).sent).toEqual([
    { type: 'subscribe', stream: 'public' },
    { type: 'subscribe', stream: 'user' },
  ])
  expect(links.at(-1)!.state).toBe('connected')
})

test('entries of a lossy stream are handed on as they come, with jumps, and are never asked for again', () => {
  open(['public', 'danmaku'])
  line(0).hear({ ...welcome, streams: ['public', 'danmaku'] })
  const moment = (seq: number): ServerFrame => ({ type: 'entry', stream: 'danmaku', seq, kind: 'danmaku.shown', at: '', data: {} })

  line(0).hear({ type: 'resumed', stream: 'danmaku', epoch: 'e1', seq: 3, count: 0 })
  line(0).hear(moment(4))
  line(0).hear(moment(9))
  line(0).hear({ type: 'heartbeat', at: '', tops: { danmaku: 12 } })

  expect(moments).toEqual([['danmaku', 'danmaku.shown'], ['danmaku', 'danmaku.shown']])
  expect(line(0).sent).toEqual([{ type: 'subscribe', stream: 'public' }, { type: 'subscribe', stream: 'danmaku' }, { type: 'ping' }])
})

test('a command is sent again after a drop with the same cmd_id, until it is answered', async () => {
  const socket = open()
  line(0).hear(welcome)
  const answered = socket.command('question.ask', { text: '毛利率？' })
  const first = line(0).sent.at(-1)!

  line(0).end(1006)
  reconnect()
  line(1).hear(welcome)

  expect(line(1).sent.at(-1)).toEqual(first)
  line(1).hear({ type: 'ack', cmd_id: (first as { cmd_id: string }).cmd_id, status: 201, body: { id: 'q1' } })
  expect(await answered).toEqual({ id: 'q1' })
  expect(kept.size).toBe(0)
})

test('a command given while offline survives a reload', () => {
  const socket = open()
  line(0).readyState = 3
  void socket.command('question.vote', { question_id: 'q1' })
  socket.close()

  open()
  line(1).hear(welcome)

  expect(line(1).sent.at(-1)).toMatchObject({ type: 'command', name: 'question.vote', body: { question_id: 'q1' } })
})

test('a refusal rejects with the problem and is not sent again', async () => {
  const socket = open()
  line(0).hear(welcome)
  const answered = socket.command('question.ask', { text: '' })
  const { cmd_id } = line(0).sent.at(-1) as { cmd_id: string }

  line(0).hear({ type: 'ack', cmd_id, status: 422, body: { status: 422, code: 'invalid' } })

  await expect(answered).rejects.toEqual(new ApiError({ status: 422, code: 'invalid' }))
})

test('after a drop it resumes from epoch and seq and tells how many it caught up', () => {
  open()
  line(0).hear(welcome)
  line(0).hear({ type: 'snapshot', stream: 'public', epoch: 'e1', seq: 4, state: { room: {}, agenda: [], questions: [] } })

  line(0).end(4408)
  expect(links.at(-1)!.state).toBe('reconnecting')
  reconnect()
  line(1).hear(welcome)
  line(1).hear({ type: 'resumed', stream: 'public', epoch: 'e1', seq: 6, count: 2 })

  expect(line(1).sent[0]).toEqual({ type: 'subscribe', stream: 'public', epoch: 'e1', seq: 4 })
  expect(links.at(-1)!.caughtUp).toBe(2)
})

test('a jump asks once to resume', () => {
  open()
  line(0).hear(welcome)
  line(0).hear({ type: 'snapshot', stream: 'public', epoch: 'e1', seq: 1, state: { room: {}, agenda: [], questions: [] } })
  const jump = (seq: number): ServerFrame => ({ type: 'entry', stream: 'public', seq, kind: 'room.changed', at: '', data: { room: {} } })

  line(0).hear(jump(3))
  line(0).hear(jump(4))

  expect(line(0).sent.slice(2)).toEqual([{ type: 'subscribe', stream: 'public', epoch: 'e1', seq: 1 }])
})

test('silence of 45 s drops the line and reconnects', () => {
  open()
  line(0).hear(welcome)
  const deadman = timers.filter((timer) => timer.ms === 45_000).at(-1)!

  deadman.run()

  expect(links.at(-1)!.state).toBe('reconnecting')
  reconnect()
  expect(lines.length).toBe(2)
})

test.each([1007, 1009, 4401, 4403, 4409, 4410])('close code %i stops for good', (code) => {
  open()
  line(0).hear(welcome)

  line(0).end(code)

  expect(links.at(-1)).toMatchObject({ state: 'stopped', stopCode: code })
})

test('a refused handshake stops with the reason; an unreachable server is tried again', async () => {
  open()
  line(0).end(1006)
  await Promise.resolve()
  expect(links.at(-1)!.state).toBe('reconnecting')

  refusal = new ApiError({ status: 403, code: 'not_admitted' })
  reconnect()
  line(1).end(1006)
  await new Promise((done) => setTimeout(done))

  expect(links.at(-1)).toMatchObject({ state: 'stopped', refusal: { problem: { code: 'not_admitted' } } })
})

test('a heartbeat is answered and its top compared', () => {
  open()
  line(0).hear(welcome)
  line(0).hear({ type: 'snapshot', stream: 'public', epoch: 'e1', seq: 1, state: { room: {}, agenda: [], questions: [] } })

  line(0).hear({ type: 'heartbeat', at: '', tops: { public: 2 } })

  expect(line(0).sent.slice(2)).toEqual([{ type: 'ping' }, { type: 'subscribe', stream: 'public', epoch: 'e1', seq: 1 }])
})

test('a drain waits within its jitter; a rate stop at least 5 s', () => {
  open()
  line(0).hear({ type: 'drain', jitter_seconds: 10 })
  line(0).end(1012)
  expect(timers.at(-1)!.ms).toBe(5_000)

  reconnect()
  line(1).end(4429)
  expect(timers.at(-1)!.ms).toBeGreaterThanOrEqual(5_000)
})

test('backoff doubles from 0.5 s and stops at 30 s', () => {
  expect([0, 1, 2, 10].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 30_000])
  expect(backoff(5, 0)).toBe(0)
})
