/** Refused fields as a person finds them on the screen: by their label, each with the way to it. */
import type { Problem } from '@/api/problem'
import type { Locale } from '@/api/types'

/** A field that was found: its label, and how to get there. */
export type Found = { label: string; reach: () => void }
export type Refused = { label: string; message: string; reach: (() => void) | null }

/** One row for each refused field, in the server's order; `find` knows the screen's fields by the names of the wire. */
export function refusedFields(errors: NonNullable<Problem['errors']>, locale: Locale, find: (name: string) => Found | null): Refused[] {
  const rows = errors.map(({ loc, message }) => {
    const names = loc.filter((part): part is string => typeof part === 'string').reverse()
    const found = names.map(find).find((each) => each !== null) ?? null
    return { label: found?.label ?? '', message: message?.[locale] ?? '', reach: found?.reach ?? null }
  })
  const seen = new Set<string>()
  return rows.filter(({ label, message }) => (label || message) && !seen.has(`${label} ${message}`) && seen.add(`${label} ${message}`))
}

/** Finds fields by `data-field` around an element: in its form or dialog, else on the page. */
export function finderAround(notice: Element): (name: string) => Found | null {
  const around = notice.closest('form, dialog') ?? document.getElementById('main') ?? document.body
  return (name) => {
    const field = around.querySelector(`[data-field="${CSS.escape(name)}"]`)
    const label = field?.querySelector('label, legend')
    const input = field?.querySelector<HTMLElement>('input:not([type="hidden"]), select, textarea, button')
    if (!field || !input) return null
    const text = (label?.firstChild?.textContent ?? input.getAttribute('aria-label') ?? '').trim()
    return { label: text, reach: () => reach(input) }
  }
}

function reach(input: HTMLElement): void {
  const folded = input.closest('details')
  if (folded) folded.open = true
  input.focus()
}
