import { expect, test } from 'vitest'
import { emptyBallot } from './model'
import { ownBallots } from './ballots'

test('a ballot given on another device is known once own state is read anew', async () => {
  const own = ownBallots()
  await own.load(async () => ({ ballots: {} }))
  expect(own.of('p')).toBeNull()
  await own.load(async () => ({ ballots: { p: { ...emptyBallot(), options: ['a'] } } }))
  expect(own.of('p')?.options).toEqual(['a'])
})

test('a ballot acknowledged while an older answer is on its way stays', async () => {
  const own = ownBallots()
  let arrive = (_: { ballots: Record<string, ReturnType<typeof emptyBallot>> }) => undefined as void
  const reading = own.load(() => new Promise((resolve) => (arrive = resolve)))
  own.learn('p', { ...emptyBallot(), options: ['b'] })
  arrive({ ballots: { p: { ...emptyBallot(), options: ['a'] } } })
  await reading
  expect(own.of('p')?.options).toEqual(['b'])
})
