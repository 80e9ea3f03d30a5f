import { expect, test } from 'vitest'
import { hearServerDate, serverNow } from './clock'

test('a device ten minutes ahead counts by the server', () => {
  const server = Date.now() - 600_000
  hearServerDate(new Date(server).toUTCString())

  expect(Math.abs(serverNow() - server)).toBeLessThan(2_000)
})

test('an answer without a date changes nothing', () => {
  hearServerDate(new Date(Date.now() - 600_000).toUTCString())
  hearServerDate(null)

  expect(Date.now() - serverNow()).toBeGreaterThan(500_000)
})
