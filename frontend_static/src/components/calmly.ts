/** What a screen reader is told of something that changes often: the newest, at most six times a minute. */
import { onScopeDispose, readonly, ref, watch, type Ref } from 'vue'

export const CALM_MS = 10_000

/** Follows `source`; after a change it stays as it is for ten seconds, then takes what is newest by then. */
export function calmly(source: () => string): Readonly<Ref<string>> {
  const said = ref(source())
  let timer: number | undefined
  function settle(): void {
    timer = undefined
    if (source() !== said.value) say()
  }
  function say(): void {
    said.value = source()
    timer = window.setTimeout(settle, CALM_MS)
  }
  watch(source, () => timer ?? say())
  onScopeDispose(() => window.clearTimeout(timer))
  return readonly(said)
}
