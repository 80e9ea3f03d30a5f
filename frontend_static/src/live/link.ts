/** What a person is told of the line: never more than is known. */
import type { ApiError, Problem } from '@/api/problem'
import type { Waiting } from './outbox'
import type { Way } from './ways'

export type LinkState = 'connecting' | 'connected' | 'reconnecting' | 'offline' | 'stopped'
/** What became of commands nobody waits for any more. */
export type Notice = { expired: number } | { refused: Problem }
export type Link = {
  state: LinkState
  way: Way
  caughtUp: number
  /** When the next try is due, in this device's milliseconds. */
  retryAt: number | null
  waiting: number
  unsent: Waiting[]
  notice: Notice | null
  stopCode: number | null
  refusal: ApiError | null
  attempt: number
}

export const FIRST_LINK: Link = {
  state: 'connecting', way: 'socket', caughtUp: 0, retryAt: null, waiting: 0, unsent: [], notice: null, stopCode: null, refusal: null, attempt: 0,
}
