import { expect, test } from 'vitest'
import { OwnVotes } from './mine'

function held<T>() {
  let settle!: (value: T) => void
  const promise = new Promise<T>((resolve) => (settle = resolve))
  return { promise, settle }
}

function own() {
  const due: (() => void)[] = []
  return { votes: new OwnVotes((run) => due.push(run)), due }
}

test('what was read is known', async () => {
  const { votes } = own()

  await votes.load(async () => ({ votes: ['q1'] }))

  expect([votes.has('q1'), votes.has('q2')]).toEqual([true, false])
})

test('a press shows at once, counts once, and stays when the stream has counted it', async () => {
  const { votes, due } = own()
  const ack = held<unknown>()

  const turned = votes.turn('q1', 4, () => ack.promise)
  expect([votes.has('q1'), votes.count('q1', 4)]).toEqual([true, 5])
  ack.settle({ voted: true })
  await turned
  expect([votes.has('q1'), votes.count('q1', 4), votes.count('q1', 5)]).toEqual([true, 5, 5])
  due.forEach((run) => run())
  expect([votes.has('q1'), votes.count('q1', 5)]).toEqual([true, 5])
})

test('a withdrawal takes one off until the stream has', async () => {
  const { votes } = own()
  await votes.load(async () => ({ votes: ['q1'] }))
  const sent: boolean[] = []

  await votes.turn('q1', 4, async (voted) => sent.push(voted))

  expect([sent, votes.has('q1'), votes.count('q1', 4), votes.count('q1', 3)]).toEqual([[false], false, 3, 3])
})

test('a refused press is undone', async () => {
  const { votes } = own()

  await votes.turn('q1', 4, async () => null)

  expect([votes.has('q1'), votes.count('q1', 4)]).toEqual([false, 4])
})

test('an ack is newer than an answer that was on its way', async () => {
  const { votes, due } = own()
  const answer = held<{ votes: string[] }>()

  const loading = votes.load(() => answer.promise)
  await votes.turn('q1', 0, async () => ({ voted: true }))
  answer.settle({ votes: [] })
  await loading
  due.forEach((run) => run())

  expect(votes.has('q1')).toBe(true)
})

test('of two readings the later one counts', async () => {
  const { votes } = own()
  const early = held<{ votes: string[] }>()

  const first = votes.load(() => early.promise)
  await votes.load(async () => ({ votes: ['q2'] }))
  early.settle({ votes: ['q1'] })
  await first

  expect([votes.has('q1'), votes.has('q2')]).toEqual([false, true])
})
