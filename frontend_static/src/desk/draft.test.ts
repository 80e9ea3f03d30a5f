import { beforeEach, expect, test, vi } from 'vitest'
import { effectScope, reactive, ref } from 'vue'

vi.mock('@/api/me', () => ({ useMe: () => ({ user: person }) }))
const person = ref<{ id: string } | null>({ id: 'ann' })
const kept = new Map<string, string>()
const { useDraft } = await import('./draft')

beforeEach(() => {
  kept.clear()
  person.value = { id: 'ann' }
  const localStorage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) }
  vi.stubGlobal('window', { localStorage, addEventListener: () => undefined, removeEventListener: () => undefined })
})

function open(start: Record<string, unknown>) {
  const form = reactive({ ...start })
  const busy = ref(false)
  const error = ref<unknown>(null)
  effectScope().run(() => useDraft('venue:new', form, { busy: () => busy.value, error: () => error.value }))
  return { form, busy, error }
}

test('what was typed is there again after a reload, and what others changed meanwhile stays theirs', () => {
  open({ name: 'Hall', kit: '' }).form.kit = 'projector'

  expect(open({ name: 'Hall, renamed by another', kit: '' }).form).toEqual({ name: 'Hall, renamed by another', kit: 'projector' })
})

test('another person finds nothing of it', () => {
  open({ name: '', kit: '' }).form.kit = 'projector'
  person.value = { id: 'bob' }

  expect(open({ name: '', kit: '' }).form.kit).toBe('')
})

test('a refused save keeps the draft, a done one clears it', () => {
  const { form, busy, error } = open({ name: '', kit: '' })
  form.name = 'Hall'
  busy.value = true
  error.value = new Error('refused')
  busy.value = false
  expect(kept.size).toBe(1)
  busy.value = true
  error.value = null
  busy.value = false
  expect(kept.size).toBe(0)
})
