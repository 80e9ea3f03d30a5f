import { beforeEach, expect, test } from 'vitest'
import { ApiError, OfflineError } from '@/api/problem'
import { Scans } from './scans'

type Asked = { code: string; yes: (name: string) => void; no: (error: unknown) => void }
let asked: Asked[] = []
let told: string[] = []
let kept: string[] = []
let timers: (() => void)[] = []

const open = () =>
  new Scans<string>(
    (code) => new Promise((yes, no) => asked.push({ code, yes, no })),
    { answered: (code, name) => told.push(`${code} ${name}`), refused: (code) => told.push(`${code} refused`), emptied: () => told.push('done') },
    { read: () => [...kept], write: (codes) => (kept = codes) },
    (run) => timers.push(run),
  )
const turn = () => new Promise((done) => setTimeout(done))
const unknown = new ApiError({ status: 404, code: 'ticket_unknown' })

beforeEach(() => {
  asked = []
  told = []
  kept = []
  timers = []
})

test('tickets read at once are each asked after, one at a time, in their order', async () => {
  const scans = open()
  ;['A', 'B', '  ', 'C'].forEach((code) => scans.add(code))
  await turn()
  expect(asked.map(({ code }) => code)).toEqual(['A'])

  for (const at of [0, 1, 2]) {
    asked[at]!.yes('in')
    await turn()
  }
  expect(told).toEqual(['A in', 'B in', 'C in', 'done'])
})

test('without a network tickets wait in their order, and are asked after again when it is back', async () => {
  const scans = open()
  scans.add('A')
  scans.add('B')
  await turn()
  asked[0]!.no(new OfflineError())
  await turn()
  expect(scans.state.isOffline).toBe(true)
  expect([...scans.waiting]).toEqual(['A', 'B'])
  expect(told).toEqual([])

  scans.add('C')
  await turn()
  expect(asked).toHaveLength(1)

  timers[0]!()
  await turn()
  for (const at of [1, 2, 3]) {
    asked[at]!.yes('in')
    await turn()
  }
  expect(told).toEqual(['A in', 'B in', 'C in', 'done'])
  expect(scans.state.isOffline).toBe(false)
})

test('a refused ticket holds up nobody behind it', async () => {
  const scans = open()
  scans.add('A')
  scans.add('B')
  await turn()
  asked[0]!.no(unknown)
  await turn()
  asked[1]!.yes('in')
  await turn()

  expect(told).toEqual(['A refused', 'B in', 'done'])
})

test('what had no answer when the page was closed is asked after when it opens', async () => {
  open().add('A')
  await turn()
  asked[0]!.no(new OfflineError())
  await turn()
  expect(kept).toEqual(['A'])

  open()
  await turn()
  asked[1]!.yes('in')
  await turn()
  expect(told).toEqual(['A in', 'done'])
  expect(kept).toEqual([])
})

test('the browser saying that it is online asks at once, and never twice at a time', async () => {
  const scans = open()
  scans.add('A')
  await turn()
  asked[0]!.no(new OfflineError())
  await turn()
  scans.retry()
  scans.retry()
  timers[0]!()
  await turn()

  expect(asked).toHaveLength(2)
})
