import { beforeEach, expect, test } from 'vitest'
import { ApiError } from '@/api/problem'
import type { ClientFrame, EntryFrame, ServerFrame, StreamName } from './frames'
import type { Link } from './link'
import type { Keep } from './outbox'
import { LiveSocket, backoff, type Line } from './socket'
import type { Way } from './ways'

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

class FakeStorage implements Keep {
  readonly kept = new Map<string, string>()
  get length(): number {
    return this.kept.size
  }
  key = (at: number) => [...this.kept.keys()][at] ?? null
  getItem = (key: string) => this.kept.get(key) ?? null
  setItem = (key: string, value: string) => void this.kept.set(key, value)
  removeItem = (key: string) => void this.kept.delete(key)
}

let keep: FakeStorage
let session: FakeStorage
let lines: FakeLine[] = []
let ways: Way[] = []
let timers = new Map<number, { run: () => void; at: number }>()
let now = 0
let links: Link[] = []
let moments: [StreamName, string][] = []
let why: ApiError | 'open' | 'away' = 'away'
let isOnline = true
let lastTimer = 0
let movedElsewhere = 0

function open(wanted: readonly StreamName[] = ['public', 'user'], tab = 'tab 1', person = 'u1'): LiveSocket {
  const listener = { onMoved: () => void movedElsewhere++, onLink: (link: Link) => links.push(link), onEntry: (stream: StreamName, entry: EntryFrame) => moments.push([stream, entry.kind]) }
  const socket = new LiveSocket(wanted, listener, {
    connect: (way) => {
      const line = new FakeLine()
      lines.push(line)
      ways.push(way)
      return line
    },
    whyRefused: () => Promise.resolve(why),
    place: () => `r1:${person}`,
    tab,
    keep,
    session,
    isOnline: () => isOnline,
    now: () => now,
    random: () => 0.5,
    later: (run, ms) => {
      const id = ++lastTimer
      timers.set(id, { run, at: now + ms })
      return id
    },
    cancel: (id) => void timers.delete(id),
  })
  socket.open()
  return socket
}

/** Let time pass; whatever is due by then happens in order. */
async function pass(ms: number): Promise<void> {
  const until = now + ms
  for (;;) {
    await new Promise((done) => setTimeout(done))
    const next = [...timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0]
    if (!next) break
    now = Math.max(now, next[1].at)
    timers.delete(next[0])
    next[1].run()
  }
  now = until
}

const line = (at: number) => lines.at(at)!
const welcome: ServerFrame = {
  type: 'welcome',
  server_at: '2026-11-21T06:30:00Z',
  heartbeat_seconds: 20,
  deadman_seconds: 45,
  streams: ['public', 'user'],
}
const told = () => links.at(-1)!
const ack = (cmd_id: string, status = 200, body: unknown = {}): ServerFrame => ({ type: 'ack', cmd_id, status, body })
const commands = (of: FakeLine) => of.sent.filter((frame) => frame.type === 'command')

beforeEach(() => {
  keep = new FakeStorage()
  session = new FakeStorage()
  lines = []
  ways = []
  timers = new Map()
  now = 1_000_000
  links = []
  moments = []
  why = 'away'
  isOnline = true
  movedElsewhere = 0
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
  await pass(1_000)
  line(1).hear(welcome)

  expect(line(1).sent.at(-1)).toEqual(first)
  line(1).hear({ type: 'ack', cmd_id: (first as { cmd_id: string }).cmd_id, status: 201, body: { id: 'q1' } })
  expect(await answered).toEqual({ id: 'q1' })
  expect(keep.length).toBe(0)
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

test('after a drop it resumes from epoch and seq and tells how many it caught up', async () => {
  open()
  line(0).hear(welcome)
  line(0).hear({ type: 'snapshot', stream: 'public', epoch: 'e1', seq: 4, state: { room: {}, agenda: [], questions: [] } })

  line(0).end(4408)
  expect(links.at(-1)!.state).toBe('reconnecting')
  await pass(1_000)
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

test('silence of 45 s drops the line and reconnects', async () => {
  open()
  line(0).hear(welcome)

  await pass(44_900)
  expect(told().state).toBe('connected')
  await pass(200)

  expect(line(0).readyState).toBe(3)
  expect(told().state).toBe('reconnecting')
  await pass(1_000)
  expect(lines.length).toBe(2)
})

test.each([1007, 1009, 4401, 4409, 4410])('close code %i stops for good', (code) => {
  open()
  line(0).hear(welcome)

  line(0).end(code)

  expect(links.at(-1)).toMatchObject({ state: 'stopped', stopCode: code })
})

test('whose role in the room changed asks at the door once more, and follows what is still allowed', async () => {
  open()
  line(0).hear(welcome)
  await pass(6_000)

  line(0).end(4403)
  expect(told().state).toBe('reconnecting')
  await pass(1_000)
  line(1).hear({ ...welcome, streams: ['public'] })

  expect(line(1).sent.map((frame) => (frame as { stream?: string }).stream)).toEqual(['public'])
})

test('who is shown out as soon as the door has opened stays out', () => {
  open()
  line(0).hear(welcome)

  line(0).end(4403)

  expect(links.at(-1)).toMatchObject({ state: 'stopped', stopCode: 4403 })
})

test('a refused handshake stops with the reason; an unreachable server is tried again', async () => {
  open()
  line(0).end(1006)
  await pass(0)
  expect(told().state).toBe('reconnecting')

  why = new ApiError({ status: 403, code: 'not_admitted' })
  await pass(1_000)
  line(1).end(1006)
  await pass(0)

  expect(told()).toMatchObject({ state: 'stopped', refusal: { problem: { code: 'not_admitted' } } })
  await pass(60_000)
  expect(lines.length).toBe(2)
})

test('a heartbeat is answered and its top compared', () => {
  open()
  line(0).hear(welcome)
  line(0).hear({ type: 'snapshot', stream: 'public', epoch: 'e1', seq: 1, state: { room: {}, agenda: [], questions: [] } })

  line(0).hear({ type: 'heartbeat', at: '', tops: { public: 2 } })

  expect(line(0).sent.slice(2)).toEqual([{ type: 'ping' }, { type: 'subscribe', stream: 'public', epoch: 'e1', seq: 1 }])
})

test('a drain waits within its jitter; a rate stop at least 5 s', async () => {
  open()
  line(0).hear(welcome)
  line(0).hear({ type: 'drain', jitter_seconds: 10 })
  line(0).end(1012)
  expect(told().retryAt).toBe(now + 5_000)

  await pass(5_000)
  line(1).hear(welcome)
  line(1).end(4429)
  expect(told().retryAt).toBeGreaterThanOrEqual(now + 5_000)
})

test('backoff doubles from 0.5 s and stops at 30 s', () => {
  expect([0, 1, 2, 10].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 30_000])
  expect(backoff(5, 0)).toBe(0)
})

test('without a network the person is told so, and it comes back at once with it', async () => {
  const socket = open()
  line(0).hear(welcome)
  isOnline = false
  line(0).end(1006)
  expect(told().state).toBe('offline')

  isOnline = true
  socket.wake()
  line(1).hear(welcome)

  expect(told()).toMatchObject({ state: 'connected', retryAt: null })
})

test('a page shown again asks whether the line is alive, and does not wait 45 s for the answer', async () => {
  const socket = open()
  line(0).hear(welcome)
  await pass(20_000)

  socket.wake()
  expect(line(0).sent.at(-1)).toEqual({ type: 'ping' })
  await pass(8_000)

  expect(told().state).toBe('reconnecting')
})

// Ways.

test('where a socket never opens though the server answers, events are tried at the second time', async () => {
  open()
  why = 'open'

  line(0).end(1006)
  await pass(1_000)
  line(1).end(1006)
  await pass(0)

  expect(ways).toEqual(['socket', 'socket', 'events'])
  line(2).hear(welcome)
  expect(told()).toMatchObject({ state: 'connected', way: 'events' })
})

test('a server that is away is waited for by the same way', async () => {
  open()
  for (let tries = 0; tries < 6; tries++) {
    lines.at(-1)!.end(1006)
    await pass(31_000)
  }

  expect(new Set(ways)).toEqual(new Set(['socket']))
})

test('a handshake that hangs is given up after 10 s', async () => {
  open()
  why = 'open'

  await pass(21_000)

  expect(ways.slice(0, 3)).toEqual(['socket', 'socket', 'events'])
})

test('a socket that dies young twice gives way to events, events that say nothing to polls', async () => {
  open()
  for (let young = 0; young < 2; young++) {
    lines.at(-1)!.hear(welcome)
    await pass(5_000)
    lines.at(-1)!.end(1006)
    await pass(1_000)
  }
  why = 'open'
  await pass(25_000)

  expect(ways.slice(0, 5)).toEqual(['socket', 'socket', 'events', 'events', 'poll'])
})

test('the way is kept for the session, and the socket tried again beside it, without a gap', async () => {
  session.setItem('roadshow.way', JSON.stringify({ way: 'poll', until: now + 60_000, rest: 300_000 }))
  open()
  line(0).hear(welcome)
  for (let beats = 0; beats < 3; beats++) {
    await pass(20_000)
    line(0).hear({ type: 'heartbeat', at: '', tops: {} })
  }
  expect(ways).toEqual(['poll', 'socket'])

  line(1).hear(welcome)

  expect(line(0).readyState).toBe(3)
  expect(told()).toMatchObject({ state: 'connected', way: 'socket' })
  expect(line(1).sent.map(({ type }) => type)).toEqual(['subscribe', 'subscribe'])
  expect(session.length).toBe(0)
})

test('a socket that still does not pass leaves the line in use alone, and is let rest for longer', async () => {
  session.setItem('roadshow.way', JSON.stringify({ way: 'poll', until: now + 1_000, rest: 300_000 }))
  open()
  line(0).hear(welcome)

  await pass(1_000)
  line(1).end(1006)

  expect(told()).toMatchObject({ state: 'connected', way: 'poll' })
  expect(JSON.parse(session.getItem('roadshow.way')!)).toEqual({ way: 'poll', until: now + 600_000, rest: 600_000 })
})

// What waits.

test('what was typed offline is seen, can be withdrawn, and is sent once after the return', async () => {
  const socket = open()
  line(0).end(1006)
  const asked = socket.command('question.ask', { text: '一' })
  void socket.command('question.ask', { text: '二' })
  expect(told().unsent.map(({ frame, sent }) => [frame.body.text, sent])).toEqual([['一', false], ['二', false]])

  expect(socket.withdraw(told().unsent[0]!.frame.cmd_id)).toBe(true)
  await expect(asked).rejects.toMatchObject({ code: 'withdrawn' })
  await pass(1_000)
  line(1).hear(welcome)

  expect(commands(line(1))).toMatchObject([{ body: { text: '二' } }])
})

test('what was handed to the network cannot be withdrawn: it may have happened', () => {
  const socket = open()
  line(0).hear(welcome)
  void socket.command('question.ask', { text: '一' })
  line(0).end(1006)

  expect(told().unsent[0]!.sent).toBe(true)
  expect(socket.withdraw(told().unsent[0]!.frame.cmd_id)).toBe(false)
})

test('a closed tab leaves what waits to the next one, under the same cmd_id', () => {
  const before = open()
  void before.command('question.ask', { text: '一' })
  const { cmd_id } = told().unsent[0]!.frame
  before.close()

  open(['public', 'user'], 'tab 2')
  line(1).hear(welcome)

  expect(commands(line(1))).toMatchObject([{ cmd_id }])
})

test('of two open tabs only the one that was typed in sends', async () => {
  const first = open()
  void first.command('question.ask', { text: '一' })
  const second = open(['public', 'user'], 'tab 2')
  line(0).hear(welcome)
  line(1).hear(welcome)

  await pass(25_000)
  first.tend()
  await pass(10_000)
  second.tend()

  expect([commands(line(0)).length, commands(line(1)).length]).toEqual([1, 0])
})

test('a tab that died without a word is relieved after 30 s', async () => {
  const first = open()
  void first.command('question.ask', { text: '一' })
  const second = open(['public', 'user'], 'tab 2')
  line(1).hear(welcome)
  line(1).hear({ type: 'heartbeat', at: '', tops: {} })

  await pass(31_000)
  second.tend()

  expect(commands(line(1)).length).toBe(1)
})

test('another person on the same device sends nothing of it', () => {
  const before = open()
  void before.command('question.ask', { text: '一' })
  before.close()

  open(['public', 'user'], 'tab 1', 'u2')
  line(1).hear(welcome)

  expect(commands(line(1))).toEqual([])
})

test('when the room is over, what waits is given up and said so', async () => {
  const socket = open()
  const asked = socket.command('question.ask', { text: '一' })
  line(0).hear(welcome)
  line(0).end(4410)

  await expect(asked).rejects.toMatchObject({ code: 'room_over' })
  expect(told()).toMatchObject({ state: 'stopped', waiting: 0, notice: { expired: 1 } })
  expect(keep.length).toBe(0)
})

test('a refusal nobody waits for any more is told', () => {
  const before = open()
  void before.command('question.ask', { text: '一' })
  const { cmd_id } = told().unsent[0]!.frame
  before.close()
  open()
  line(1).hear(welcome)

  line(1).hear(ack(cmd_id, 410, { status: 410, code: 'room_over' }))

  expect(told()).toMatchObject({ waiting: 0, notice: { refused: { code: 'room_over' } } })
})

test('what the server would no longer know as a repeat is not sent', () => {
  const before = open()
  void before.command('question.ask', { text: '一' })
  before.close()
  now += 24 * 3_600_000

  open()
  line(1).hear(welcome)

  expect(commands(line(1))).toEqual([])
  expect(keep.length).toBe(0)
})

test('a host act does not outlive its page', () => {
  const before = open()
  void before.command('room.stage', { slot_id: 's1' })

  expect(keep.length).toBe(0)
  before.close()
})

test('what another device of the same person did is told, what this page did is not', () => {
  const socket = open()
  line(0).hear(welcome)
  void socket.command('question.vote', { question_id: 'q1' })
  line(0).hear({ type: 'moved', cmd_id: commands(line(0))[0]!.cmd_id })
  expect(movedElsewhere).toBe(0)
  line(0).hear({ type: 'moved', cmd_id: 'from the phone' })
  expect(movedElsewhere).toBe(1)
})
