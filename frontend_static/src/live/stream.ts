/** Where one stream stands: epoch, last seq, state. Applies each entry once, in order, and says when it must resume. */
import { fold, type States } from './fold'
import type { EntryFrame, FoldedStream, ResumedFrame, SnapshotFrame, SubscribeFrame } from './frames'

export type Tail<S extends FoldedStream = FoldedStream> = {
  stream: S
  epoch: string | null
  seq: number
  state: States[S] | null
}
export type Step<S extends FoldedStream = FoldedStream> = { tail: Tail<S>; verdict: 'applied' | 'ignored' | 'resume' }

export function emptyTail<S extends FoldedStream>(stream: S): Tail<S> {
  return { stream, epoch: null, seq: 0, state: null }
}

/** The request that brings this stream up to date: from where it stands, or from a snapshot. */
export function catchUp(tail: Tail): SubscribeFrame {
  const { stream, epoch, seq, state } = tail
  return epoch === null || state === null ? { type: 'subscribe', stream } : { type: 'subscribe', stream, epoch, seq }
}

export function takeSnapshot<S extends FoldedStream>(tail: Tail<S>, frame: SnapshotFrame): Tail<S> {
  return { ...tail, epoch: frame.epoch, seq: frame.seq, state: frame.state as States[S] }
}

/** A resume is only valid on the epoch it was asked for; another epoch means the history was replaced. */
export function takeResumed<S extends FoldedStream>(tail: Tail<S>, frame: ResumedFrame): Step<S> {
  return { tail, verdict: frame.epoch === tail.epoch ? 'applied' : 'resume' }
}

export function takeEntry<S extends FoldedStream>(tail: Tail<S>, frame: EntryFrame): Step<S> {
  if (tail.state === null || frame.seq <= tail.seq) return { tail, verdict: 'ignored' }
  if (frame.seq !== tail.seq + 1) return { tail, verdict: 'resume' }
  return { tail: { ...tail, seq: frame.seq, state: fold(tail.stream, tail.state, frame) }, verdict: 'applied' }
}

/** Whether a heartbeat's top says that something was missed. */
export function isBehind(tail: Tail, top: number | undefined): boolean {
  return tail.state !== null && top !== undefined && top > tail.seq
}
