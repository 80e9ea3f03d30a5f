/** What everything in a person's live room shares: the room, who they are in it, and how to act. */
import { serverNow } from '@/api/clock'
import { computed, inject, onScopeDispose, provide, ref, type ComputedRef, type InjectionKey, type Ref } from 'vue'
import { useMe } from '@/api/me'
import type { AgendaProject, RoomView, SlotView } from '@/api/types'
import { provideZone } from '@/format'
import { createMoments, type Moments } from '@/live/moments'
import { useRoom, type Room } from '@/live/room'
import { useSend, type Send } from '@/live/sending'

export type Place = {
  id: string
  live: Room
  /** What flies by: danmaku and reactions. */
  moments: Moments
  room: ComputedRef<RoomView | null>
  agenda: ComputedRef<readonly SlotView[]>
  projects: ComputedRef<ReadonlyMap<string, AgendaProject>>
  /** The project on stage. */
  current: ComputedRef<AgendaProject | null>
  isOpen: ComputedRef<boolean>
  /** Signed in (guests count), let in, and the room is open: may ask, vote, answer polls. */
  mayAct: ComputedRef<boolean>
  /** A clock for "5 minutes ago"; countdowns take the server's. */
  now: Ref<Date>
  send: Send
  /** Words to ask again in other ones: whoever writes them here finds them in the composer. */
  again: Ref<string>
  /** A question to support, as from the ones like what is being typed. */
  support: Ref<string>
}

const KEY: InjectionKey<Place> = Symbol('place')

/** Opens the room for the frame and shares it with what stands in it. */
export function providePlace(id: string): Place {
  const { user } = useMe()
  const moments = createMoments()
  const live = useRoom(id, ['public', 'user', 'danmaku'], { onEntry: (_, entry) => moments.hear(entry) })
  const now = ref(new Date(serverNow()))
  const clock = window.setInterval(() => (now.value = new Date(serverNow())), 20_000)
  onScopeDispose(() => window.clearInterval(clock))
  const room = computed(() => live.publicState.value?.room ?? null)
  provideZone(() => room.value?.timezone)
  const agenda = computed(() => live.publicState.value?.agenda ?? [])
  const isOpen = computed(() => room.value?.state === 'open')
  const place: Place = {
    id,
    live,
    moments,
    room,
    agenda,
    projects: computed(() => new Map(agenda.value.flatMap(({ project }) => (project ? [[project.id, project] as const] : [])))),
    current: computed(() => agenda.value.find((slot) => slot.id === room.value?.current_slot_id)?.project ?? null),
    isOpen,
    mayAct: computed(() => !!user.value && live.allowed.value.includes('user') && isOpen.value),
    now,
    send: useSend(live.command),
    again: ref(''),
    support: ref(''),
  }
  provide(KEY, place)
  return place
}

/** The live room a component stands in. */
export function usePlace(): Place {
  return inject(KEY)!
}
