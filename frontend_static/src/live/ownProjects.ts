/** The ids of the projects one's own companies pitch: what a startup answers for in a room. */
import { shallowRef, watch, type Ref } from 'vue'
import { get } from '@/api/client'
import { useMe } from '@/api/me'

export function useOwnProjects(): Ref<ReadonlySet<string>> {
  const { companies } = useMe()
  const own = shallowRef<ReadonlySet<string>>(new Set())
  watch(
    () => companies.value.map(({ id }) => id).join(' '),
    async (ids) => {
      if (!ids) return
      const lists = await Promise.all(ids.split(' ').map((id) => get<{ items: { id: string }[] }>(`/companies/${id}/projects`, { limit: 100 }).catch(() => ({ items: [] }))))
      own.value = new Set(lists.flatMap(({ items }) => items.map(({ id }) => id)))
    },
    { immediate: true },
  )
  return own
}
