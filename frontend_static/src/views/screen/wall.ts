/** What every screen of a room shares: its state, the server's clock, and what flies by. */
import { computed, inject, provide, type ComputedRef, type InjectionKey, type Ref } from 'vue'
import type { AgendaProject, RoomView, SlotView } from '@/api/types'
import type { StreamName } from '@/live/frames'
import { provideZone } from '@/format'
import { createMoments, type Moments } from '@/live/moments'
import type { PublicPoll } from '@/live/polls'
import { screenEntrance, useRoom, type Room } from '@/live/room'
import { useServerNow } from '@/live/ticking'

export type Wall = {
  live: Room
  moments: Moments
  room: ComputedRef<RoomView | null>
  agenda: ComputedRef<readonly SlotView[]>
  /** The project on stage, and the one after it. */
  current: ComputedRef<AgendaProject | null>
  next: ComputedRef<SlotView | null>
  /** The poll the host shows. */
  poll: ComputedRef<PublicPoll | null>
  /** The server's time. */
  now: Ref<number>
  /** Where this screen reads the slides on stage. */
  deckUrl: ComputedRef<string | null>
}

const KEY: InjectionKey<Wall> = Symbol('wall')

/** Opens the room for a screen: as who is signed in, or by the screen's own address. */
export function provideWall(roadshowId: string, address: string | null, wanted: readonly StreamName[]): Wall {
  const moments = createMoments()
  const hears = { onEntry: (_: unknown, entry: Parameters<Moments['hear']>[0]) => moments.hear(entry) }
  const live = useRoom(roadshowId, wanted, address ? { ...hears, entrance: screenEntrance(address) } : hears)
  const room = computed(() => live.publicState.value?.room ?? null)
  provideZone(() => room.value?.timezone)
  const agenda = computed(() => live.publicState.value?.agenda ?? [])
  const at = computed(() => agenda.value.findIndex(({ id }) => id === room.value?.current_slot_id))
  const deckId = computed(() => live.publicState.value?.deck?.id ?? null)
  const wall: Wall = {
    live,
    moments,
    room,
    agenda,
    current: computed(() => agenda.value[at.value]?.project ?? null),
    next: computed(() => agenda.value.slice(at.value + 1).find(({ project }) => project) ?? null),
    poll: computed(() => live.publicState.value?.polls.find(({ on_screen }) => on_screen) ?? null),
    now: useServerNow(live),
    deckUrl: computed(() => deckId.value && (address ? `/api/v1/screens/${address}/deck/${deckId.value}` : `/api/v1/decks/${deckId.value}/file`)),
  }
  provide(KEY, wall)
  return wall
}

export function useWall(): Wall {
  return inject(KEY)!
}

