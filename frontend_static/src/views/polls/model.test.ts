import { expect, test } from 'vitest'
import { barsOf, bodyOf, cloudOf, emptyBallot, isComplete, leftOf, ranked, sha256, toggled, type PollKind, type Series } from './model'

const options = [
  { id: '1', text: '甲', project_id: null },
  { id: '2', text: '乙', project_id: null },
  { id: '3', text: '丙', project_id: null },
]
const poll = (kind: PollKind, max_choices = 2) => ({ id: 'p', kind, options, max_choices, scale: 5 })
const series = (rows: Partial<Series['options'][number]>[], ballots: number): Series => ({
  ballots,
  words: [],
  options: rows.map((row, at) => ({ id: String(at + 1), votes: 0, spread: [], points: null, mean: null, place: 1, tie: null, ...row })),
})

test('a single choice replaces the one before, several keep the latest', () => {
  expect(toggled(poll('single'), ['1'], '2')).toEqual(['2'])
  expect(toggled(poll('multiple'), ['1', '2'], '3')).toEqual(['2', '3'])
  expect(toggled(poll('multiple'), ['1', '2'], '1')).toEqual(['2'])
})

test('ranking fills the last place by itself and lets go again', () => {
  expect(ranked(poll('ranking'), ['2'], '3')).toEqual(['2', '3', '1'])
  expect(ranked(poll('ranking'), ['2', '3', '1'], '3')).toEqual(['2', '1'])
})

test('a ballot is complete when it holds what is asked', () => {
  const ballot = emptyBallot()
  expect(isComplete(poll('single'), ballot)).toBe(false)
  expect(isComplete(poll('single'), { ...ballot, options: ['1'] })).toBe(true)
  expect(isComplete(poll('ranking'), { ...ballot, options: ['1', '2'] })).toBe(false)
  expect(isComplete(poll('rating'), { ...ballot, scores: { '1': 5, '2': 4 } })).toBe(false)
  expect(isComplete(poll('words'), { ...ballot, words: [' ', 'AI'] })).toBe(true)
})

test('only what the kind asks for is sent', () => {
  const ballot = { options: ['1'], scores: { '1': 3 }, words: [' AI ', ''] }
  expect(bodyOf(poll('single'), ballot)).toEqual({ poll_id: 'p', options: ['1'] })
  expect(bodyOf(poll('rating'), ballot)).toEqual({ poll_id: 'p', scores: { '1': 3 } })
  expect(bodyOf(poll('words'), ballot)).toEqual({ poll_id: 'p', words: ['AI'] })
})

test('bars show shares of ballots, means of ratings, Borda of rankings', () => {
  expect(barsOf(poll('single'), series([{ votes: 3 }, { votes: 1 }, {}], 4)).map(({ part, figure, detail }) => [part, figure, detail])).toEqual([
    [0.75, '75%', '3'],
    [0.25, '25%', '1'],
    [0, '0%', '0'],
  ])
  expect(barsOf(poll('rating'), series([{ votes: 2, mean: 450 }, {}, {}], 2))[0]).toMatchObject({ part: 0.9, figure: '4.50', detail: '2' })
  expect(barsOf(poll('ranking'), series([{ points: 4, mean: 100 }, {}, {}], 2))[0]).toMatchObject({ part: 1, figure: '1.00', detail: '4' })
})

test('no ballots make no bar and no division by nothing', () => {
  expect(barsOf(poll('single'), series([{}, {}, {}], 0)).every(({ part }) => part === 0)).toBe(true)
})

test('time left counts whole seconds down to zero', () => {
  const at = '2026-11-21T06:00:00Z'
  expect(leftOf(at, Date.parse(at) - 64_200)).toEqual({ seconds: 65, text: '1:05' })
  expect(leftOf(at, Date.parse(at) + 5_000)).toEqual({ seconds: 0, text: '0:00' })
})

test('a cloud has five sizes and stands in one order', () => {
  const cloud = cloudOf([
    { text: '乙', votes: 9 },
    { text: '甲', votes: 1 },
  ])
  expect(cloud.map(({ text, size }) => [text, size]).sort()).toEqual([
    ['乙', 5],
    ['甲', 1],
  ])
})

test('the digest is computed here as it is there', async () => {
  expect(await sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
