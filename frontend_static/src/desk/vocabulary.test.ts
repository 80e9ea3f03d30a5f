import { expect, test } from 'vitest'
import { PALETTE, contrastWithWhite } from './vocabulary'

test.each(PALETTE.map((colour) => colour.value))('white text can be read on %s', (value) => {
  expect(contrastWithWhite(value)).toBeGreaterThanOrEqual(4.5)
})

test('black on white is 21 to 1', () => {
  expect(contrastWithWhite('#000000')).toBeCloseTo(21, 1)
})
