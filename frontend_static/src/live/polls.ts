/** Polls and contests as the wire carries them. */
import type { components } from './wire'

type Wire = components['schemas']
export type PublicPoll = Wire['PublicPoll']
export type StaffPoll = Wire['StaffPoll']
export type PublicContest = Wire['PublicContest']
export type StaffContest = Wire['StaffContest']
export type Series = Wire['Series']
export type Results = NonNullable<PublicPoll['results']>
