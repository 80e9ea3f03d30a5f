/** A moment being typed as clocks of a place show it. */
import { computed, ref, watch, type ComputedRef, type Ref, type WritableComputedRef } from 'vue'
import { meantBy, wallOf } from '@/format/wall'

type Typed = {
  /** What stands in the field. */
  typed: Ref<string>
  /** The instants it may mean. */
  times: ComputedRef<string[]>
  /** Which of two is meant. */
  chosen: WritableComputedRef<string>
}

const isSame = (a: string, b: string): boolean => Date.parse(a) === Date.parse(b)

/** Ties the text of a field to `at`: an instant, null when nothing is typed, empty while what is typed does not exist there. */
export function useMoment(at: Ref<string | null>, zone: Readonly<Ref<string>>): Typed {
  const typed = ref(at.value ? wallOf(at.value, zone.value) : '')
  const times = computed(() => meantBy(typed.value, zone.value))

  // What was given and not touched stays the same second, also in an hour that comes twice.
  watch(typed, (text) => {
    if (at.value && wallOf(at.value, zone.value) === text) return
    at.value = text ? (times.value[0] ?? '') : null
  })
  watch([at, zone], () => {
    const text = at.value ? wallOf(at.value, zone.value) : ''
    if (text !== typed.value && at.value !== '') typed.value = text
  })
  const chosen = computed({
    get: () => times.value.find((time) => at.value && isSame(time, at.value)) ?? '',
    set: (time) => {
      at.value = time
    },
  })
  return { typed, times, chosen }
}
