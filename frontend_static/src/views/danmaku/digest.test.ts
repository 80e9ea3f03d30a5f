import { expect, test } from 'vitest'
import { digest } from './digest'

test('nothing said is nothing to hear', () => {
  expect(digest([])).toBeNull()
})

test('counts everything and names what most said, exclamations aside', () => {
  const texts = ['恭喜！', '666', '恭喜', '恭喜!!!', '6666666', '良率多少', '加油', '何时量产']

  expect(digest(texts)).toEqual({ seconds: 15, count: 8, most: ['恭喜！', '666', '良率多少'] })
})

test('emoji alone are heard as they are', () => {
  expect(digest(['👏👏', '👏👏'])!.most).toEqual(['👏👏'])
})
