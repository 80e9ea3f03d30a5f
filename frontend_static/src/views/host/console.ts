/** What every panel of the host's console shares: the room as the host sees it, and how to act in it. */
import { serverNow } from '@/api/clock'
import { computed, inject, onScopeDispose, provide, ref, type ComputedRef, type InjectionKey, type Ref } from 'vue'
import type { RoomView, SlotView } from '@/api/types'
import type { StaffState } from '@/live/fold'
import { provideZone } from '@/format'
import { createMoments, type Moments } from '@/live/moments'
import { useRoom, type Room } from '@/live/room'
import { useSend, type Send } from '@/live/sending'
import { useStanding, type Standing } from '@/live/standing'

export type Console = {
  id: string
  live: Room
  /** What flies by: danmaku and reactions. */
  moments: Moments
  staff: Ref<StaffState | null>
  room: ComputedRef<RoomView | null>
  agenda: ComputedRef<readonly SlotView[]>
  /** A clock for "5 minutes ago"; countdowns take the server's. */
  now: Ref<Date>
  send: Send
  /** What the person at this console may do. */
  standing: Standing
}

const KEY: InjectionKey<Console> = Symbol('console')

/** Opens the room for the console's frame and shares it with its panels. */
export function provideConsole(id: string): Console {
  const moments = createMoments()
  const live = useRoom(id, ['public', 'staff', 'danmaku'], { onEntry: (_, entry) => moments.hear(entry) })
  const now = ref(new Date(serverNow()))
  const clock = window.setInterval(() => (now.value = new Date(serverNow())), 10_000)
  onScopeDispose(() => window.clearInterval(clock))
  provideZone(() => live.publicState.value?.room.timezone)
  const shared: Console = {
    id,
    live,
    moments,
    staff: live.staffState,
    room: computed(() => live.staffState.value?.room ?? null),
    agenda: computed(() => live.publicState.value?.agenda ?? []),
    now,
    send: useSend(live.command),
    standing: useStanding(id, live),
  }
  provide(KEY, shared)
  return shared
}

/** The console a panel stands in. */
export function useConsole(): Console {
  return inject(KEY)!
}
