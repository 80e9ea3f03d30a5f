/** Reading for a screen: what came, what went wrong, whether we still wait; pages follow pages. */
import { ref, shallowRef, watch, type Ref, type ShallowRef, type WatchSource } from 'vue'
import type { Page } from '@/api/types'

export type Loaded<T> = { data: ShallowRef<T | null>; error: ShallowRef<unknown>; busy: Ref<boolean>; reload: () => Promise<void> }

/** Reads now and again whenever a source changes; a late answer to an old question is dropped. */
export function useLoad<T>(read: () => Promise<T>, sources: WatchSource[] = []): Loaded<T> {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  const busy = ref(false)
  let asked = 0
  async function reload(): Promise<void> {
    const mine = ++asked
    busy.value = true
    try {
      const answer = await read()
      if (mine !== asked) return
      data.value = answer
      error.value = null
    } catch (problem) {
      if (mine === asked) error.value = problem
    } finally {
      if (mine === asked) busy.value = false
    }
  }
  watch(sources, reload)
  void reload()
  return { data, error, busy, reload }
}

export type Pages<T> = { items: ShallowRef<T[]>; next: Ref<string | null>; known: Ref<boolean>; error: ShallowRef<unknown>; busy: Ref<boolean>; reload: () => Promise<void>; more: () => Promise<void> }

/** A list read page by page; `reload` starts it over, `more` adds the next page. */
export function usePages<T>(read: (cursor: string | null) => Promise<Page<T>>, sources: WatchSource[] = []): Pages<T> {
  const items = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const known = ref(false)
  const error = shallowRef<unknown>(null)
  const busy = ref(false)
  let asked = 0
  async function turn(cursor: string | null): Promise<void> {
    const mine = ++asked
    busy.value = true
    try {
      const page = await read(cursor)
      if (mine !== asked) return
      items.value = cursor ? [...items.value, ...page.items] : page.items
      next.value = page.next
      known.value = true
      error.value = null
    } catch (problem) {
      if (mine === asked) error.value = problem
    } finally {
      if (mine === asked) busy.value = false
    }
  }
  const reload = (): Promise<void> => turn(null)
  const more = async (): Promise<void> => {
    if (next.value && !busy.value) await turn(next.value)
  }
  watch(sources, reload)
  void reload()
  return { items, next, known, error, busy, reload, more }
}

/** Every page of a list, for short lists that a form chooses from. */
export async function everyPage<T>(read: (cursor: string | null) => Promise<Page<T>>, most = 20): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  for (let turn = 0; turn < most; turn += 1) {
    const page: Page<T> = await read(cursor)
    items.push(...page.items)
    cursor = page.next
    if (!cursor) break
  }
  return items
}
