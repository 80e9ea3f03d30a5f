/** What this person answered, on whichever device: kept current by what is acknowledged here and read anew otherwise. */
import { reactive, type Ref } from 'vue'
import { get } from '@/api/client'
import { whenOwnMoves } from '@/live/mine'
import type { Ballot } from './model'

type Read = () => Promise<{ ballots: Record<string, Ballot> }>
export type OwnBallots = { of: (pollId: string) => Ballot | null; learn: (pollId: string, ballot: Ballot) => void }

/** The ballots known here; one acknowledged while `load` is under way is newer than what it brings. */
export function ownBallots(): OwnBallots & { load: (read: Read) => Promise<void> } {
  const known = reactive(new Map<string, Ballot>())
  let sinceAsked = new Set<string>()
  return {
    of: (pollId) => known.get(pollId) ?? null,
    learn(pollId, ballot) {
      sinceAsked.add(pollId)
      known.set(pollId, ballot)
    },
    async load(read) {
      const acked = (sinceAsked = new Set())
      const { ballots } = await read()
      if (acked !== sinceAsked) return
      for (const [id, ballot] of Object.entries(ballots)) if (!acked.has(id)) known.set(id, ballot)
    },
  }
}

export function useOwnBallots(roadshowId: string, isThere: () => boolean, elsewhere: Ref<number>): OwnBallots {
  const own = ownBallots()
  whenOwnMoves(isThere, elsewhere, () => void own.load(() => get(`/roadshows/${roadshowId}/live/mine`)).catch(() => undefined))
  return own
}
