import { expect, test } from 'vitest'
import { checkCharacter, isRegistrationNumber, judgeCreditCode } from './creditCode'

test('a published example passes', () => {
  expect(judgeCreditCode('91350100M000100Y43')).toEqual({ state: 'good' })
})

test('the check character catches each single wrong letter', () => {
  const code = '91350100M000100Y43'
  const wrong = [...code].map((_, at) => code.slice(0, at) + (code[at] === '9' ? '8' : '9') + code.slice(at + 1))

  expect(wrong.map((each) => judgeCreditCode(each).state)).toEqual(wrong.map(() => 'wrong'))
})

test('lower case, full width and spaces are read as meant', () => {
  expect(judgeCreditCode('9135 0100 m000 100y 43')).toEqual({ state: 'good' })
  expect(judgeCreditCode('９１３５０１００M000100Y43')).toEqual({ state: 'good' })
})

test('what is wrong is said: too short, a forbidden letter, too long', () => {
  expect(judgeCreditCode('913501')).toEqual({ state: 'short', missing: 12 })
  expect(judgeCreditCode('91350I')).toEqual({ state: 'letter', at: 6, letter: 'I' })
  expect(judgeCreditCode('91350100M000100Y433')).toEqual({ state: 'long' })
  expect(judgeCreditCode('')).toEqual({ state: 'empty' })
})

test('the expected character is told', () => {
  expect(judgeCreditCode('91350100M000100Y44')).toEqual({ state: 'wrong', expected: checkCharacter('91350100M000100Y4') })
})

test.each([
  ['P1012345', true],
  ['p1012345', true],
  ['P101234', false],
  ['1012345', false],
])('registration number %s: %s', (typed, good) => {
  expect(isRegistrationNumber(typed)).toBe(good)
})
