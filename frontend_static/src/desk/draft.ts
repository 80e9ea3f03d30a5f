/** What a form holds that is not sent yet: kept per person and thing over reload, Back and sign-out, until it is sent. */
import { onScopeDispose, watch } from 'vue'
import { useMe } from '@/api/me'

const KEPT_MS = 30 * 24 * 3_600_000

function storage(): Storage | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}

/**
 * Keeps the fields of `form` that differ from how it began, and puts them back. `busy` and `error` are the sending's:
 * once it ends without an error, the draft is gone. Leaving the page with a draft asks first.
 */
export function useDraft(name: string, form: object, sending: { busy: () => boolean; error: () => unknown }): void {
  const fields = form as Record<string, unknown>
  const { user } = useMe()
  const key = `roadshow.draft:${user.value?.id ?? ''}:${name}`
  const keep = storage()
  let began = JSON.parse(JSON.stringify(fields)) as Record<string, unknown>
  const changed = () => Object.entries(fields).filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(began[field]))

  try {
    const kept = JSON.parse(keep?.getItem(key) ?? 'null') as { at: number; fields: Record<string, unknown> } | null
    if (kept && Date.now() - kept.at < KEPT_MS) for (const [field, value] of Object.entries(kept.fields)) if (field in fields) fields[field] = value
  } catch {
    keep?.removeItem(key)
  }

  function save(): void {
    const entries = changed()
    try {
      if (entries.length) keep?.setItem(key, JSON.stringify({ at: Date.now(), fields: Object.fromEntries(entries) }))
      else keep?.removeItem(key)
    } catch {
      // Storage may be full or off: the form itself still holds everything.
    }
  }
  watch(() => JSON.stringify(fields), save, { flush: 'sync' })
  watch(
    sending.busy,
    (busy, was) => {
      if (busy || !was || sending.error()) return
      began = JSON.parse(JSON.stringify(fields)) as Record<string, unknown>
      keep?.removeItem(key)
    },
    { flush: 'sync' },
  )
  const ask = (event: BeforeUnloadEvent) => changed().length && event.preventDefault()
  window.addEventListener('beforeunload', ask)
  onScopeDispose(() => window.removeEventListener('beforeunload', ask))
}
