/** What this person sent from this page: shown at once, marked, and never twice when it comes back over the wire. */
const ids = new Set<string>()

export const isOwn = (id: string) => ids.has(id)

export function rememberOwn(id: string): void {
  ids.add(id)
}
