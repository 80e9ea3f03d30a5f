/** Danmaku as the wire and the API carry them. */
import type { components } from '@/api/schema'

type Schemas = components['schemas']
export type Flow = Schemas['FlowView']
export type OwnDanmaku = Schemas['OwnDanmaku']
export type StaffDanmaku = Schemas['StaffDanmaku']
export type DanmakuRole = Schemas['DanmakuRole']
export type Finding = Schemas['FindingKind']
export type Mute = Schemas['MuteView']
export type Ban = Pick<Mute, 'reason' | 'until'>
export type ReactionKind = Schemas['ReactionKind']
export type Counts = Partial<Record<ReactionKind, number>>
/** One on its way over every screen; it travels on the wire only. */
export type Danmaku = { id: string; text: string; author: string; role: DanmakuRole; at: string }

export const REACTIONS: readonly ReactionKind[] = ['clap', 'heart', 'rocket', 'idea', 'thumb']
