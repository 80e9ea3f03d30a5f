/** What my role at an organizer lets me do, so that a screen offers only what will be accepted. */
import { computed, type ComputedRef } from 'vue'
import { useMe } from '@/api/me'
import type { Role } from '@/api/deskTypes'

export type Permission =
  | 'programme.edit'
  | 'registrations.edit'
  | 'live.host'
  | 'exports.read'
  | 'directory.verify'
  | 'directory.import'
  | 'intents.edit'
  | 'staff.manage'
  | 'feed.read'

const HOST: readonly Permission[] = ['live.host', 'registrations.edit']
const PLANNER: readonly Permission[] = [...HOST, 'programme.edit', 'exports.read', 'directory.verify', 'directory.import', 'intents.edit', 'feed.read']
const MAY: Record<Role, readonly Permission[]> = { viewer: [], host: HOST, planner: PLANNER, owner: [...PLANNER, 'staff.manage'] }

export function useRole(organizer: string): { role: ComputedRef<Role>; may: (permission: Permission) => boolean } {
  const { organizers } = useMe()
  const role = computed<Role>(() => (organizers.value.find((membership) => membership.id === organizer)?.role as Role | undefined) ?? 'viewer')
  return { role, may: (permission) => MAY[role.value].includes(permission) }
}
