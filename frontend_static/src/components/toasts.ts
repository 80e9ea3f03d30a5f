/** Short notices, one place; a notice may carry its undo. */
import { readonly, ref } from 'vue'

export type Toast = { id: number; text: string; tone: 'plain' | 'bad'; undo?: () => void }

const toasts = ref<Toast[]>([])
/** What can still be taken back, newest last; more of it than fits on the screen. */
const undos = new Map<number, () => void>()
let last = 0

const SHOWN_MS = 5_000
const SHOWN_WITH_UNDO_MS = 10_000

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

/** Takes back the newest act that can be; false when there is none. */
export function undoLast(): boolean {
  const id = [...undos.keys()].at(-1)
  if (id !== undefined) undoToast(id)
  return id !== undefined
}

/** Takes back what this notice tells of, once. */
export function undoToast(id: number): void {
  const undo = undos.get(id)
  forget(id)
  undo?.()
}

function forget(id: number): void {
  undos.delete(id)
  dismiss(id)
}

export function toast(text: string, options: { tone?: Toast['tone']; undo?: () => void } = {}): void {
  const id = ++last
  toasts.value = [...toasts.value.slice(-2), { id, text, tone: options.tone ?? 'plain', ...(options.undo ? { undo: options.undo } : {}) }]
  if (options.undo) undos.set(id, options.undo)
  window.setTimeout(() => forget(id), options.undo ? SHOWN_WITH_UNDO_MS : SHOWN_MS)
}

export const shownToasts = readonly(toasts)
