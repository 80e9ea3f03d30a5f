/** Short notices, one place; a notice may carry its undo. */
import { readonly, ref } from 'vue'

export type Toast = { id: number; text: string; tone: 'plain' | 'bad'; undo?: () => void }

const toasts = ref<Toast[]>([])
let last = 0

const SHOWN_MS = 5_000
const SHOWN_WITH_UNDO_MS = 9_000

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

export function toast(text: string, options: { tone?: Toast['tone']; undo?: () => void } = {}): void {
  const id = ++last
  toasts.value = [...toasts.value.slice(-2), { id, text, tone: options.tone ?? 'plain', ...(options.undo ? { undo: options.undo } : {}) }]
  window.setTimeout(() => dismiss(id), options.undo ? SHOWN_WITH_UNDO_MS : SHOWN_MS)
}

export const shownToasts = readonly(toasts)
