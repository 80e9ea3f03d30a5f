/** The live wire as the browser sees it: the server's own frames, and what each close code asks for. */
import type { Problem } from '@/api/problem'
import type { States } from './fold'
import type { components } from './wire'

/** A stream that is a state: snapshot, then every entry once, in order. */
export type FoldedStream = keyof States
/** A stream of moments: entries are shown as they come and never sent again. */
export type LossyStream = 'danmaku'
export type StreamName = FoldedStream | LossyStream

export function isLossy(stream: StreamName): stream is LossyStream {
  return stream === 'danmaku'
}

type Wire = components['schemas']
type OnStream<Frame> = Omit<Frame, 'stream'> & { stream: StreamName }

export type SubscribeFrame = { type: 'subscribe'; stream: StreamName; epoch?: string; seq?: number }
export type CommandFrame = { type: 'command'; cmd_id: string; name: string; body: Record<string, unknown> }
export type ClientFrame = SubscribeFrame | CommandFrame | Wire['Ping']

export type WelcomeFrame = Omit<Wire['Welcome'], 'streams'> & { streams: StreamName[] }
export type SnapshotFrame = OnStream<Wire['Snapshot']>
export type ResumedFrame = OnStream<Wire['Resumed']>
export type EntryFrame = OnStream<Wire['Entry']>
export type AckFrame = Wire['Ack']
export type HeartbeatFrame = Wire['Heartbeat']
export type ServerFrame =
  | WelcomeFrame
  | SnapshotFrame
  | ResumedFrame
  | EntryFrame
  | AckFrame
  | HeartbeatFrame
  | Wire['Presence']
  | Wire['Moved']
  | Wire['Drain']
  | Wire['Error']

export type AfterClose = 'retry' | 'resume' | 'stop'

const STOPS = new Set([1007, 1009, 4401, 4403, 4409, 4410])

export function afterClose(code: number): AfterClose {
  if (STOPS.has(code)) return 'stop'
  return code === 4429 ? 'retry' : 'resume'
}

export function refusal(frame: AckFrame): Problem | null {
  return frame.status >= 400 ? (frame.body as Problem) : null
}
