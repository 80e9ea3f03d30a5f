import { beforeEach, expect, test } from 'vitest'
import { ApiError } from '@/api/problem'
import { HttpLine, eventsOf, type Network } from './http'

type Asked = { path: string; query: string; signal: AbortSignal; say: (frames: unknown[]) => void; fail: (error: Error) => void }

let asked: Asked[] = []
let posted: unknown[][] = []
let answer: (frames: unknown[]) => unknown[] = () => []
let heard: { type: string; count?: number }[] = []
let codes: number[] = []

const network: Network = {
  async *hear(path, query, signal) {
    const frames = await new Promise<unknown[]>((say, fail) => {
      asked.push({ path, query: query.map((pair) => pair.join('=')).join('&'), signal, say, fail })
      signal.addEventListener('abort', () => fail(new Error('aborted')))
    })
    yield* frames
  },
  post: (_path, frames) => {
    posted.push(frames)
    return Promise.resolve(answer(frames))
  },
}

function open(way: 'events' | 'poll' = 'poll'): HttpLine {
  const line = new HttpLine('/roadshows/r1/live', way, [{ type: 'subscribe', stream: 'public', epoch: 'e1', seq: 4 }, { type: 'subscribe', stream: 'user' }], network)
  line.onmessage = ({ data }) => heard.push(JSON.parse(String(data)) as { type: string })
  line.onclose = ({ code }) => codes.push(code)
  return line
}

const turn = () => new Promise((done) => setTimeout(done))
const last = () => asked.at(-1)!
const welcome = { type: 'welcome', streams: ['public'], server_at: '', heartbeat_seconds: 20, deadman_seconds: 45 }
const resumed = { type: 'resumed', stream: 'public', epoch: 'e1', seq: 5, count: 1 }
const entry = (seq: number) => ({ type: 'entry', stream: 'public', seq, kind: 'room.changed', at: '', data: {} })

beforeEach(() => {
  asked = []
  posted = []
  heard = []
  codes = []
  answer = () => []
})

test('it begins where the streams stand and goes on where they have got to, with those that are its own', async () => {
  open()
  await turn()
  expect([last().path, last().query]).toEqual(['/roadshows/r1/live/poll', 'follow=public:4:e1&follow=user'])

  last().say([welcome, resumed, entry(5)])
  await turn()

  expect(last().query).toBe('follow=public:5:e1&continued=true')
  expect(heard.map(({ type }) => type)).toEqual(['welcome', 'resumed', 'entry'])
})

test('going on is not coming back: nothing is counted as caught up', async () => {
  open('events')
  await turn()
  last().say([welcome, resumed, entry(5)])
  await turn()
  last().say([{ ...resumed, seq: 6 }, entry(6)])
  await turn()

  expect(heard.filter(({ type }) => type === 'resumed').map(({ count }) => count)).toEqual([1, 0])
})

test('a stream asked for again begins a new request from there', async () => {
  const line = open()
  await turn()
  last().say([welcome, resumed, entry(5)])
  await turn()
  line.send(JSON.stringify({ type: 'subscribe', stream: 'public', epoch: 'e1', seq: 5 }))
  await turn()
  expect(asked.length).toBe(2)

  line.send(JSON.stringify({ type: 'subscribe', stream: 'public', epoch: 'e1', seq: 3 }))
  await turn()

  expect(asked[1]!.signal.aborted).toBe(true)
  expect(last().query).toBe('follow=public:3:e1&continued=true')
  expect(codes).toEqual([])
})

test('commands are posted in order, those that come meanwhile together; their answers are heard', async () => {
  const line = open()
  answer = (frames) => (frames as { cmd_id: string }[]).map(({ cmd_id }) => ({ type: 'ack', cmd_id, status: 200, body: {} }))
  const say = (cmd_id: string) => line.send(JSON.stringify({ type: 'command', cmd_id, name: 'question.ask', body: {} }))
  say('1')
  say('2')
  say('3')
  line.send(JSON.stringify({ type: 'ping' }))
  await turn()

  expect(posted.map((frames) => (frames as { cmd_id: string }[]).map(({ cmd_id }) => cmd_id))).toEqual([['1'], ['2', '3']])
  expect(heard.map(({ type }) => type)).toEqual(['ack', 'ack', 'ack'])
})

test.each([
  [401, 4401],
  [403, 4403],
  [404, 4403],
  [410, 4410],
  [429, 4429],
  [502, 1006],
])('status %i is what a socket would close with: %i', async (status, code) => {
  open()
  await turn()

  last().fail(new ApiError({ status, code: '' }))
  await turn()

  expect(codes).toEqual([code])
})

test('a closed frame ends it with its code, also as the answer of a post', async () => {
  open()
  await turn()
  last().say([welcome, { type: 'closed', code: 4410, reason: '' }])
  await turn()
  const other = open()
  answer = () => [{ type: 'closed', code: 4429, reason: '' }]
  other.send(JSON.stringify({ type: 'command', cmd_id: '1', name: 'x', body: {} }))
  await turn()

  expect(codes).toEqual([4410, 4429])
})

test('a response that says nothing is no line', async () => {
  open('events')
  await turn()

  last().say([])
  await turn()

  expect(codes).toEqual([1006])
})

test('after close nothing is heard or asked', async () => {
  const line = open()
  await turn()

  line.close()
  await turn()

  expect([asked.length, last().signal.aborted, codes]).toEqual([1, true, []])
})

test('events are read across chunks; comments and ids are passed over', async () => {
  async function* chunks() {
    yield 'retry: 1000\n\n:\n\nid: public:1:e\nda'
    yield 'ta: {"type":"ping"}\n\ndata: {"type":'
    yield '"drain"}\n\n'
  }
  const frames = []
  for await (const frame of eventsOf(chunks())) frames.push(frame)

  expect(frames).toEqual([{ type: 'ping' }, { type: 'drain' }])
})

test.each(['poll', 'events'] as const)('between two requests of %s own state may have moved elsewhere: it is looked at again, not too often', async (way) => {
  let now = 10_000
  const line = new HttpLine('/roadshows/r1/live', way, [{ type: 'subscribe', stream: 'user', epoch: 'e1', seq: 4 }], network, () => now)
  line.onmessage = ({ data }) => heard.push(JSON.parse(String(data)) as { type: string })
  const moves = () => heard.filter(({ type }) => type === 'moved').length
  const own = { ...resumed, stream: 'user' }
  await turn()
  expect(moves()).toBe(0)

  last().say([{ ...welcome, streams: ['user'] }, own])
  await turn()
  expect(moves()).toBe(1)

  now += 1_000
  last().say([own])
  await turn()
  expect(moves()).toBe(1)

  now += 2_000
  last().say([own])
  await turn()
  expect(moves()).toBe(2)
  line.close()
})

test('a line without a person looks for nothing of its own', async () => {
  open()
  await turn()
  last().say([welcome, resumed])
  await turn()
  last().say([resumed])
  await turn()

  expect(heard.map(({ type }) => type)).not.toContain('moved')
})
