import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { suggested } from './labels'
import { ALIKE, duplicates, likeness, shape, Shapes, similar } from './similarity'

const vectors = JSON.parse(readFileSync(new URL('../../../tests/events/live/similarity_vectors.json', import.meta.url), 'utf8')) as {
  scores: [string, string, number][]
  lines: [string, string[]][]
  labels: [string, string | null][]
}

describe('near-duplicates on the phone', () => {
  it('scores every pair as the server does', () => {
    for (const [one, other, score] of vectors.scores) expect(likeness(shape(one), shape(other)), `${one} | ${other}`).toBeCloseTo(score, 8)
  })

  it('reduces every word of the tables as the server does', () => {
    for (const [text, line] of vectors.lines) expect(shape(text).line, text).toEqual(line)
  })

  it('suggests the labels the server does', () => {
    for (const [text, label] of vectors.labels) expect(suggested(text), text).toBe(label)
  })

  it('finds what was asked already, the most alike first', () => {
    const asked = ['封装良率目前是多少？', '团队有多少人？', '请问封装良率多少，稳定吗？'].map((text, n) => ({ id: String(n), text, votes: 0 }))

    expect(similar('封装良率多少?', asked, new Shapes()).map(({ id }) => id)).toEqual(['0', '2'])
  })

  it('keeps what is public and supported of a pair', () => {
    const rows = [
      { id: '1', text: '毛利率多少？', votes: 0, state: 'pending' },
      { id: '2', text: '请问毛利率是多少', votes: 3, state: 'published' },
      { id: '3', text: '退出方式', votes: 9, state: 'published' },
    ]

    const found = duplicates(rows, new Shapes())

    expect(found.map(({ merge, keep }) => [merge.id, keep.id])).toEqual([['1', '2']])
    expect(found[0]!.score).toBeGreaterThanOrEqual(ALIKE)
  })
})
