/** The live wire as the browser sees it: frames in, frames out, and what each close code asks for. */
import type { Problem } from '@/api/problem'

export type StreamName = 'public' | 'staff' | 'user'

export type SubscribeFrame = { type: 'subscribe'; stream: StreamName; epoch?: string; seq?: number }
export type CommandFrame = { type: 'command'; cmd_id: string; name: string; body: Record<string, unknown> }
export type ClientFrame = SubscribeFrame | CommandFrame | { type: 'ping' }

export type WelcomeFrame = {
  type: 'welcome'
  server_at: string
  heartbeat_seconds: number
  deadman_seconds: number
  streams: StreamName[]
}
export type SnapshotFrame = { type: 'snapshot'; stream: StreamName; epoch: string; seq: number; state: unknown }
export type ResumedFrame = { type: 'resumed'; stream: StreamName; epoch: string; seq: number; count: number }
export type EntryFrame = { type: 'entry'; stream: StreamName; seq: number; kind: string; at: string; data: unknown }
export type AckFrame = { type: 'ack'; cmd_id: string; status: number; body: unknown }
export type HeartbeatFrame = { type: 'heartbeat'; at: string; tops: Partial<Record<StreamName, number>> }
export type ServerFrame =
  | WelcomeFrame
  | SnapshotFrame
  | ResumedFrame
  | EntryFrame
  | AckFrame
  | HeartbeatFrame
  | { type: 'presence'; count: number }
  | { type: 'drain'; jitter_seconds: number }
  | { type: 'error'; code: string; message: string }

export type AfterClose = 'retry' | 'resume' | 'stop'

const STOPS = new Set([1007, 1009, 4401, 4403, 4409, 4410])

export function afterClose(code: number): AfterClose {
  if (STOPS.has(code)) return 'stop'
  return code === 4429 ? 'retry' : 'resume'
}

export function refusal(frame: AckFrame): Problem | null {
  return frame.status >= 400 ? (frame.body as Problem) : null
}
