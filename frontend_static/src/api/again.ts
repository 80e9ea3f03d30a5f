/** When this page's login is over: who was here signs in again inside a dialog, and what was pressed is sent then. */
import { shallowRef } from 'vue'
import type { User } from './types'

type Asked = { user: User; resolve: (signedIn: boolean) => void }

export const askedAgain = shallowRef<Asked | null>(null)
let pending: Promise<boolean> | null = null

/** Resolves when this person has signed in again, or with false when they would not; asked once for all who wait. */
export function askAgain(user: User): Promise<boolean> {
  pending ??= new Promise<boolean>((resolve) => (askedAgain.value = { user, resolve })).finally(() => {
    askedAgain.value = null
    pending = null
  })
  return pending
}
