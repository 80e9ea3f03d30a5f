/** What this person answered: read on entering and after each reconnect, kept current by what is acknowledged. */
import { reactive, watch } from 'vue'
import { get } from '@/api/client'
import type { Ballot } from './model'

export type OwnBallots = { of: (pollId: string) => Ballot | null; learn: (pollId: string, ballot: Ballot) => void }

export function useOwnBallots(roadshowId: string, isThere: () => boolean): OwnBallots {
  const known = reactive(new Map<string, Ballot>())
  const load = () => get<{ ballots: Record<string, Ballot> }>(`/roadshows/${roadshowId}/live/mine`)
  watch(
    isThere,
    (there) => {
      if (!there) return
      void load()
        .then(({ ballots }) => Object.entries(ballots).forEach(([id, ballot]) => known.set(id, ballot)))
        .catch(() => undefined)
    },
    { immediate: true },
  )
  return { of: (pollId) => known.get(pollId) ?? null, learn: (pollId, ballot) => known.set(pollId, ballot) }
}
