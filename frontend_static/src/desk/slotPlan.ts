/** A run of equal slots with breaks between them, as a planner asks for it. */

export type SlotDraft = { id?: string; starts_at: string; ends_at: string }
export type SlotPlan = { starts_at: string; count: number; minutes: number; break_minutes: number }

const MINUTE = 60_000

const instant = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z')

/** `count` slots of `minutes`, `break_minutes` apart, from the given start. */
export function plannedSlots(plan: SlotPlan): SlotDraft[] {
  const start = Date.parse(plan.starts_at)
  return Array.from({ length: plan.count }, (_, index) => {
    const at = start + index * (plan.minutes + plan.break_minutes) * MINUTE
    return { starts_at: instant(at), ends_at: instant(at + plan.minutes * MINUTE) }
  })
}

export type SlotFault = 'backwards' | 'overlap' | 'outside'

/** What is wrong with each slot, in the list's order; null where nothing is. */
export function faultsOf(slots: readonly SlotDraft[], from: string, to: string): (SlotFault | null)[] {
  const spans = slots.map((slot) => [Date.parse(slot.starts_at), Date.parse(slot.ends_at)] as const)
  return spans.map(([start, end], at) => {
    if (!(end > start)) return 'backwards'
    if (start < Date.parse(from) || end > Date.parse(to)) return 'outside'
    return spans.some(([otherStart, otherEnd], other) => other !== at && otherStart < end && start < otherEnd) ? 'overlap' : null
  })
}

/** How many such slots fit between two instants. */
export function fitting(from: string, to: string, minutes: number, breakMinutes: number): number {
  const room = (Date.parse(to) - Date.parse(from)) / MINUTE
  return Math.max(0, Math.floor((room + breakMinutes) / (minutes + breakMinutes)))
}

type Known = SlotDraft & { id: string; state: string }

/**
 * A plan that was not saved, over the slots as they are now: who has booked keeps the time there is, what was removed
 * elsewhere stays removed, what was added elsewhere stays. `base` are the slots that the plan began from.
 */
export function replanned(plan: { base: readonly string[]; rows: readonly SlotDraft[] }, now: readonly Known[]): SlotDraft[] {
  const here = new Map(now.map((slot) => [slot.id, slot]))
  const kept = plan.rows.filter(({ id }) => !id || here.has(id)).map((row) => {
    const slot = row.id ? here.get(row.id) : undefined
    return slot && slot.state !== 'free' ? { id: slot.id, starts_at: slot.starts_at, ends_at: slot.ends_at } : row
  })
  const named = new Set(kept.map(({ id }) => id))
  const others = now.filter(({ id, state }) => !named.has(id) && (state !== 'free' || !plan.base.includes(id)))
  return [...kept, ...others.map(({ id, starts_at, ends_at }) => ({ id, starts_at, ends_at }))].sort((a, b) => a.starts_at.localeCompare(b.starts_at))
}
