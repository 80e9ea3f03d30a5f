import { expect, test } from 'vitest'
import { nextPath } from './next'

test('goes back inside this site only', () => {
  expect(['/live/1', '/r/2?day=3'].map(nextPath)).toEqual(['/live/1', '/r/2?day=3'])
  expect(['//evil.example', '/\\evil.example', 'https://evil.example', undefined, ['/a']].map(nextPath)).toEqual(['/', '/', '/', '/', '/'])
})
