/** What this person did here in bulk: read on entering and after each reconnect, kept current by acks. */
import { reactive, watch, type Ref } from 'vue'
import { get } from '@/api/client'
import type { MineView } from '@/api/types'

type Turn = { voted: boolean; from: number; isAcked: boolean }

const LINGER_MS = 1500
const SPREAD_MS = 600

/** The votes of one person: what is known, and what was pressed and is not counted yet. */
export class OwnVotes {
  private readonly known = reactive(new Set<string>())
  private readonly turns = reactive(new Map<string, Turn>())
  private sinceAsked = new Map<string, boolean>()

  constructor(private readonly later: (run: () => void, ms: number) => unknown = (run, ms) => window.setTimeout(run, ms)) {}

  /** Reads anew; what is acknowledged while the answer is on its way is newer than the answer. */
  async load(read: () => Promise<Pick<MineView, 'votes'>>): Promise<void> {
    const acked = (this.sinceAsked = new Map<string, boolean>())
    const { votes } = await read()
    if (acked !== this.sinceAsked) return
    this.known.clear()
    votes.forEach((id) => this.known.add(id))
    acked.forEach((voted, id) => this.learn(id, voted))
  }

  has(id: string): boolean {
    return this.turns.get(id)?.voted ?? this.known.has(id)
  }

  /** The count to show: the stream's, moved by our own press until the stream has moved. */
  count(id: string, votes: number): number {
    const turn = this.turns.get(id)
    return turn && turn.from === votes && turn.voted !== this.counted(id, turn) ? votes + (turn.voted ? 1 : -1) : votes
  }

  /** Shows the press at once; `send` resolves with the server's word on it, null when it was refused. */
  async turn(id: string, votes: number, send: (voted: boolean) => Promise<unknown>): Promise<void> {
    const turn: Turn = reactive({ voted: !this.has(id), from: votes, isAcked: false })
    this.turns.set(id, turn)
    if ((await send(turn.voted)) === null) return this.drop(id, turn)
    turn.isAcked = true
    this.sinceAsked.set(id, turn.voted)
    this.learn(id, turn.voted)
    this.later(() => this.drop(id, turn), LINGER_MS)
  }

  private counted(id: string, turn: Turn): boolean {
    return turn.isAcked ? !turn.voted : this.known.has(id)
  }

  learn(id: string, voted: boolean): void {
    if (voted) this.known.add(id)
    else this.known.delete(id)
  }

  private drop(id: string, turn: Turn): void {
    if (this.turns.get(id) === turn) this.turns.delete(id)
  }
}

/** Reads own state on entering, after each reconnect, and soon after something was done on another device. */
export function whenOwnMoves(isThere: () => boolean, elsewhere: Ref<number>, read: () => void): void {
  let waits = 0
  watch(isThere, (there) => there && read(), { immediate: true })
  watch(elsewhere, () => {
    waits ||= window.setTimeout(() => {
      waits = 0
      if (isThere()) read()
    }, Math.random() * SPREAD_MS)
  })
}

/** Own votes in a room. */
export function useOwnVotes(roadshowId: string, isThere: () => boolean, elsewhere: Ref<number>): OwnVotes {
  const votes = new OwnVotes()
  whenOwnMoves(isThere, elsewhere, () => void votes.load(() => get<MineView>(`/roadshows/${roadshowId}/live/mine`)).catch(() => undefined))
  return votes
}
