/** What I am in this room and may do there; asked again whenever the line is back, since roles come and go. */
import { computed, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { get } from '@/api/client'
import type { PlaceView } from '@/api/types'
import type { Room } from './room'

export type Standing = {
  mine: Ref<PlaceView | null>
  /** Opens, stages, drives the clock; until it is known, as staff are. */
  mayHost: ComputedRef<boolean>
  mayModerate: ComputedRef<boolean>
  mayExport: ComputedRef<boolean>
}

export function useStanding(id: string, { link }: Pick<Room, 'link'>): Standing {
  const mine = shallowRef<PlaceView | null>(null)
  const may = (permission: PlaceView['may'][number]) => computed(() => mine.value?.may.includes(permission) ?? false)
  watch(
    () => link.value.state,
    async (state) => {
      if (state === 'connected') mine.value = await get<PlaceView>(`/roadshows/${id}/live/me`).catch(() => mine.value)
    },
    { immediate: true },
  )
  return { mine, mayHost: may('live.host'), mayModerate: may('live.moderate'), mayExport: may('exports.read') }
}
