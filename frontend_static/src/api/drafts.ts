/** Where drafts lie in this browser: each under the account it belongs to, so that nobody else finds it. */
const KEPT_MS = 30 * 24 * 3_600_000

export type Fields = Record<string, unknown>

export const draftKey = (user: string, name: string): string => `roadshow.draft:${user}:${name}`

/** What is kept there; null when nothing is, or when it is a month old. */
export function keptDraft(key: string): Fields | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as { at: number; fields: Fields } | null
    return kept && Date.now() - kept.at < KEPT_MS ? kept.fields : null
  } catch {
    return null
  }
}

/** Keeps these fields, or nothing any more when there are none; false when the browser does not keep them. */
export function keepDraft(key: string, fields: Fields): boolean {
  try {
    if (Object.keys(fields).length) localStorage.setItem(key, JSON.stringify({ at: Date.now(), fields }))
    else localStorage.removeItem(key)
    return true
  } catch {
    return false
  }
}

/** Forgets everything that this account began and did not send. */
export function forgetDraftsOf(user: string): void {
  try {
    for (const storage of [localStorage, sessionStorage])
      for (const key of Object.keys(storage)) if (key.startsWith(draftKey(user, ''))) storage.removeItem(key)
  } catch {
    // A browser without storage keeps nothing.
  }
}
