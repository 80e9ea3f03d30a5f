import { beforeEach, expect, test, vi } from 'vitest'
import { ApiError, OfflineError } from './problem'

type Sent = { method: string; path: string; key: string; version: string | null; body: unknown }
let sent: Sent[] = []
/** The server of these tests: it stores what each key was answered, as the real one does. */
let title = 'old'
let version = 1
let isLost = (_: Sent): boolean => false
let refuse = (_: Sent): number => 0
const stored = new Map<string, { body: string; answer: Response }>()

function answer(asked: Sent): Response {
  const known = stored.get(asked.key)
  const text = JSON.stringify([asked.method, asked.path, asked.version, asked.body])
  if (known) return known.body === text ? known.answer.clone() : Response.json({ status: 422, code: 'cmd_conflict' }, { status: 422 })
  let made: Response
  if (asked.method === 'PATCH' && asked.version !== `"${version}"`) made = Response.json({ status: 412, code: 'version_stale' }, { status: 412 })
  else {
    version += 1
    title = (asked.body as { title: string }).title
    made = Response.json({ title, version }, { headers: { ETag: `"${version}"` } })
  }
  stored.set(asked.key, { body: text, answer: made.clone() })
  return made
}

const { call, onNotYou, patch, post } = await import('./client')

beforeEach(() => {
  vi.useFakeTimers()
  sent = []
  title = 'old'
  version = 1
  isLost = () => false
  refuse = () => 0
  stored.clear()
  onNotYou(() => Promise.resolve(false))
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const headers = new Headers(init.headers)
    const asked = { method: init.method!, path, key: headers.get('Idempotency-Key') ?? '', version: headers.get('If-Match'), body: init.body ? (JSON.parse(String(init.body)) as unknown) : null }
    sent.push(asked)
    const status = refuse(asked)
    if (status) return Response.json({ status, code: 'refused' }, { status })
    const response = answer(asked)
    if (isLost(asked)) throw new TypeError('the line was cut')
    return response
  })
})

async function patiently<T>(work: Promise<T>): Promise<T | Error> {
  const settled = work.catch((error: Error) => error)
  await vi.runAllTimersAsync()
  return settled
}

test('a retry after a lost answer is the same action with the same key and learns the version', async () => {
  isLost = () => true
  expect(await patiently(patch('/roadshows/r', { title: 'A' }, 1))).toBeInstanceOf(OfflineError)
  isLost = () => false

  const again = await patiently(patch('/roadshows/r', { title: 'A' }, 1))

  expect(again).toEqual({ title: 'A', version: 2 })
  expect(new Set(sent.map(({ key }) => key)).size).toBe(1)
})

test('a changed save after a lost answer has its own key and is not refused as somebody else’s change', async () => {
  isLost = () => true
  await patiently(patch('/roadshows/r', { title: 'A' }, 1))
  isLost = () => false
  const lost = sent[0]!.key

  const saved = await patiently(patch('/roadshows/r', { title: 'B' }, 1))

  expect(saved).toEqual({ title: 'B', version: 3 })
  expect(sent.at(-1)!.key).not.toBe(lost)
  expect(sent.at(-1)!.version).toBe('"2"')
})

test('a changed save after one that never arrived carries both, in order', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')))
  await patiently(patch('/venues/v', { title: 'A' }, 1))
  const order: unknown[] = []
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    order.push(JSON.parse(String(init.body)))
    return answer({ method: init.method!, path, key: new Headers(init.headers).get('Idempotency-Key')!, version: new Headers(init.headers).get('If-Match'), body: JSON.parse(String(init.body)) as unknown })
  })

  expect(await patiently(patch('/venues/v', { title: 'B' }, 1))).toEqual({ title: 'B', version: 3 })
  expect(order).toEqual([{ title: 'A' }, { title: 'B' }])
})

test('an answered action asked again is another action, refused ones too', async () => {
  await patiently(post('/projects/p/intents', { title: 'A' }))
  await patiently(post('/projects/p/intents', { title: 'A' }))
  refuse = () => 409
  await patiently(post('/projects/p/intents', { title: 'C' }))
  refuse = () => 0
  await patiently(post('/projects/p/intents', { title: 'C' }))

  expect(new Set(sent.map(({ key }) => key)).size).toBe(4)
})

test('two different actions are never sent under one key, whatever was lost before', async () => {
  isLost = () => true
  await patiently(post('/registrations/1/approve'))
  await patiently(post('/registrations/2/approve'))

  const keys = (path: string) => new Set(sent.filter((each) => each.path.endsWith(path)).map(({ key }) => key))
  expect(keys('1/approve').size).toBe(1)
  expect([...keys('1/approve')]).not.toEqual([...keys('2/approve')])
})

test('an answer cut in the middle is a lost answer', async () => {
  const broken = () => new Response(new ReadableStream({ start: (control) => control.error(new TypeError('cut')) }))
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    sent.push({ method: init.method!, path: '', key: new Headers(init.headers).get('Idempotency-Key')!, version: null, body: null })
    return Promise.resolve(broken())
  })

  expect(await patiently(post('/venues', { title: 'A' }))).toBeInstanceOf(OfflineError)
  expect(new Set(sent.map(({ key }) => key)).size).toBe(1)
})

test('an unknown outcome keeps the key; after a new sign-in the same action is sent once more', async () => {
  refuse = () => 503
  expect(await patiently(post('/venues', { title: 'A' }))).toBeInstanceOf(ApiError)
  refuse = () => (sent.length < 3 ? 401 : 0)
  onNotYou(() => Promise.resolve(true))

  expect(await patiently(call('POST', '/venues', { body: { title: 'A' } }))).toMatchObject({ data: { title: 'A' } })
  expect(sent).toHaveLength(3)
  expect(new Set(sent.map(({ key }) => key)).size).toBe(1)
})
