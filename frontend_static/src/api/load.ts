/** Reads something for a screen: data, error, loading; asks again when what it depends on changes. */
import { onScopeDispose, ref, shallowRef, watch, type WatchSource } from 'vue'

export function useLoad<T>(read: (signal: AbortSignal) => Promise<T>, on: WatchSource<unknown>[] = []) {
  const data = shallowRef<T | null>(null)
  const error = shallowRef<unknown>(null)
  const loading = ref(true)
  let running: AbortController | null = null

  async function reload(): Promise<void> {
    running?.abort()
    const mine = (running = new AbortController())
    loading.value = true
    try {
      const value = await read(mine.signal)
      if (mine !== running) return
      data.value = value
      error.value = null
    } catch (problem) {
      if (mine === running) error.value = problem
    } finally {
      if (mine === running) loading.value = false
    }
  }

  if (on.length) watch(on, () => void reload())
  void reload()
  onScopeDispose(() => {
    running?.abort()
    running = null
  })
  return { data, error, loading, reload }
}

/** Runs one user action at a time; keeps its refusal. */
export function useAction() {
  const busy = ref(false)
  const error = shallowRef<unknown>(null)

  async function run<T>(act: () => Promise<T>): Promise<T | undefined> {
    if (busy.value) return undefined
    busy.value = true
    error.value = null
    try {
      return await act()
    } catch (problem) {
      error.value = problem
      return undefined
    } finally {
      busy.value = false
    }
  }
  return { busy, error, run }
}
