/** What a form holds that is not sent yet: kept for each person and thing over reload, Back and an ended login. */
import { onScopeDispose, readonly, ref, watch, type Ref } from 'vue'
import { draftKey, keepDraft, keptDraft, type Fields } from '@/api/drafts'
import { useMe } from '@/api/me'
import { i18n } from '@/i18n'
import { toast } from './toasts'
import { useUnsaved } from './unsaved'

/** Never kept, whatever form it stands in. */
const SECRET = /password|secret|token/i

export type Sending = { busy: () => boolean; error: () => unknown }
export type KeptDraft = {
  /** True while the form shows what was put back. */
  restored: Readonly<Ref<boolean>>
  /** Begins with another thing: `fill` sets the fields to how it begins, then what was kept for it is put back. */
  open: (name: string, fill?: () => void) => void
  /** What the screen fills in by itself, where the person has not: no part of a draft. */
  assume: (fields: Fields) => void
  /** Back to how it began; for a moment that can be taken back. */
  discard: () => void
  /** It was sent: nothing is kept any more. */
  done: () => void
}

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/**
 * Keeps the fields of `form` that differ from how it began, and puts them back. `sending` ends the draft once it is over
 * without an error; without it the caller says `done`. Where the browser keeps nothing, leaving asks first.
 */
export function useDraft(name: string | null, form: object, sending?: Sending): KeptDraft {
  const fields = form as Fields
  const { user } = useMe()
  const restored = ref(false)
  let key = ''
  let began: Fields = {}
  let isKept = true
  let isHere = true
  const changed = (): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([field, value]) => !SECRET.test(field) && JSON.stringify(value) !== JSON.stringify(began[field])))

  function open(of: string, fill?: () => void): void {
    key = ''
    fill?.()
    began = copy(fields)
    const kept = user.value ? keptDraft(draftKey(user.value.id, of)) : null
    for (const [field, value] of Object.entries(kept ?? {})) if (field in fields && !SECRET.test(field)) fields[field] = value
    restored.value = Object.keys(changed()).length > 0
    isKept = !!user.value
    key = user.value ? draftKey(user.value.id, of) : ''
  }

  function assume(filled: Fields): void {
    const own = changed()
    for (const [field, value] of Object.entries(filled)) {
      began[field] = copy(value)
      if (!(field in own)) fields[field] = value
    }
  }

  function done(): void {
    began = copy(fields)
    restored.value = false
    if (key) keepDraft(key, {})
  }

  function discard(): void {
    const typed = copy(changed())
    const of = key
    for (const field of Object.keys(typed)) fields[field] = copy(began[field])
    restored.value = false
    toast(i18n.global.t('core.draft.discarded'), { undo: () => putBack(of, typed) })
  }

  function putBack(of: string, typed: Fields): void {
    if (of) keepDraft(of, typed)
    if (!isHere || of !== key) return
    Object.assign(fields, typed)
    restored.value = true
  }

  if (name !== null) open(name)
  watch(() => JSON.stringify(fields), () => key && (isKept = keepDraft(key, changed())), { flush: 'sync' })
  if (sending) watch(sending.busy, (busy, was) => !busy && was && !sending.error() && done(), { flush: 'sync' })
  useUnsaved(() => !isKept && !sending?.busy() && Object.keys(changed()).length > 0)
  onScopeDispose(() => (isHere = false))
  return { restored: readonly(restored), open, assume, discard, done }
}
