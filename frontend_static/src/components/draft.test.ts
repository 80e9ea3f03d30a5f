import { beforeEach, expect, test, vi } from 'vitest'
import { effectScope, nextTick, reactive, ref, type EffectScope } from 'vue'

vi.mock('@/api/me', () => ({ useMe: () => ({ user: person }) }))
vi.mock('@/i18n', () => ({ i18n: { global: { t: (key: string) => key } } }))
const person = ref<{ id: string } | null>({ id: 'ann' })
const { useDraft } = await import('./draft')
const { hasUnsaved } = await import('./unsaved')
const { forgetDraftsOf } = await import('@/api/drafts')
const { shownToasts, undoLast } = await import('./toasts')

class Kept {
  [key: string]: unknown
  getItem(key: string) {
    return (this[key] as string | undefined) ?? null
  }
  setItem(key: string, value: string) {
    this[key] = value
  }
  removeItem(key: string) {
    delete this[key]
  }
}
let kept: Kept
let scopes: EffectScope[] = []
let asks: ((event: { preventDefault: () => void }) => void)[] = []

beforeEach(() => {
  scopes.forEach((scope) => scope.stop())
  scopes = []
  asks = []
  kept = new Kept()
  person.value = { id: 'ann' }
  vi.stubGlobal('localStorage', kept)
  vi.stubGlobal('sessionStorage', new Kept())
  vi.stubGlobal('window', {
    setTimeout: () => 0,
    addEventListener: (_: string, ask: (typeof asks)[0]) => asks.push(ask),
    removeEventListener: (_: string, ask: (typeof asks)[0]) => (asks = asks.filter((each) => each !== ask)),
  })
})

function open(start: Record<string, unknown>, name: string | null = 'venue:new') {
  const form = reactive({ ...start })
  const busy = ref(false)
  const error = ref<unknown>(null)
  const scope = effectScope()
  scopes.push(scope)
  const draft = scope.run(() => useDraft(name, form, { busy: () => busy.value, error: () => error.value }))!
  return { form, busy, error, draft, scope }
}

test('what was typed is there again after a reload, says so, and what others changed meanwhile stays theirs', () => {
  open({ name: 'Hall', kit: '' }).form.kit = 'projector'

  const again = open({ name: 'Hall, renamed by another', kit: '' })
  expect(again.form).toEqual({ name: 'Hall, renamed by another', kit: 'projector' })
  expect(again.draft.restored.value).toBe(true)
})

test('a form that holds nothing kept says nothing', () => {
  open({ name: 'Hall', kit: '' })

  expect(open({ name: 'Hall', kit: '' }).draft.restored.value).toBe(false)
})

test('another person finds nothing of it, and nobody who is not signed in leaves anything', () => {
  open({ name: '', kit: '' }).form.kit = 'projector'
  person.value = { id: 'bob' }
  expect(open({ name: '', kit: '' }).form.kit).toBe('')

  person.value = null
  open({ name: '', kit: '' }).form.kit = 'screen'
  expect(Object.keys(kept)).toEqual(['roadshow.draft:ann:venue:new'])
})

test('a refused save keeps the draft, a done one clears it', () => {
  const { form, busy, error } = open({ name: '', kit: '' })
  form.name = 'Hall'
  busy.value = true
  error.value = new Error('refused')
  busy.value = false
  expect(Object.keys(kept)).toHaveLength(1)
  busy.value = true
  error.value = null
  busy.value = false
  expect(Object.keys(kept)).toHaveLength(0)
})

test('discarding goes back to how it began, and can be taken back while its notice is shown', () => {
  open({ name: 'Hall', kit: '' }).form.kit = 'projector'
  const { form, draft } = open({ name: 'Hall', kit: '' })

  draft.discard()
  expect(form.kit).toBe('')
  expect(Object.keys(kept)).toHaveLength(0)
  expect(shownToasts.value.at(-1)?.text).toBe('core.draft.discarded')

  undoLast()
  expect(form.kit).toBe('projector')
  expect(draft.restored.value).toBe(true)
  expect(open({ name: 'Hall', kit: '' }).form.kit).toBe('projector')
})

test('discarding is taken back for the next visit when the form is gone by then', () => {
  const { form, draft, scope } = open({ name: 'Hall', kit: '' })
  form.kit = 'projector'
  draft.discard()
  scope.stop()

  undoLast()
  expect(form.kit).toBe('')
  expect(open({ name: 'Hall', kit: '' }).form.kit).toBe('projector')
})

test.each(['password', 'new_password', 'client_secret', 'access_token'])('a field named %s is never kept', (field) => {
  const { form } = open({ name: '', [field]: '' })
  form.name = 'Hall'
  form[field] = 'correct horse'
  expect(JSON.stringify(kept)).not.toContain('correct horse')
})

test('signing out forgets every draft of this account and no other', () => {
  open({ name: '' }).form.name = 'Hall'
  open({ name: '' }, 'card:7:new').form.name = 'Card'
  person.value = { id: 'bob' }
  open({ name: '' }).form.name = 'Booth'
  sessionStorage.setItem('roadshow.draft:ann:question:3', 'how much')
  kept.setItem('roadshow.locale', 'en')

  forgetDraftsOf('ann')
  expect(Object.keys(kept)).toEqual(['roadshow.draft:bob:venue:new', 'roadshow.locale'])
  expect(Object.keys(sessionStorage)).toEqual([])
})

test('one form shows one thing after another, each with its own draft', async () => {
  const { form, draft } = open({ name: '' }, null)
  draft.open('card:1', () => (form.name = 'First'))
  form.name = 'First, changed'
  draft.open('card:2', () => (form.name = 'Second'))
  await nextTick()
  expect(form.name).toBe('Second')
  expect(draft.restored.value).toBe(false)

  draft.open('card:1', () => (form.name = 'First'))
  expect(form.name).toBe('First, changed')
  expect(draft.restored.value).toBe(true)
})

test('what the screen fills in itself is no draft, and never writes over what was typed', () => {
  const { form, draft } = open({ series: '', hall: '' })
  form.hall = 'own'
  draft.assume({ series: 's1', hall: 'h1' })
  expect(form).toEqual({ series: 's1', hall: 'own' })

  const again = open({ series: '', hall: '' })
  expect(again.form).toEqual({ series: '', hall: 'own' })
})

test('leaving asks only for what the browser would not keep', () => {
  const { form, busy, scope } = open({ name: '' })
  form.name = 'Hall'
  expect(hasUnsaved()).toBe(false)

  kept.setItem = () => {
    throw new Error('full')
  }
  form.name = 'Hall 2'
  expect(hasUnsaved()).toBe(true)
  const event = { preventDefault: vi.fn() }
  asks.forEach((ask) => ask(event))
  expect(event.preventDefault).toHaveBeenCalledOnce()

  busy.value = true
  expect(hasUnsaved()).toBe(false)
  busy.value = false
  form.name = 'Hall 3'
  scope.stop()
  expect(hasUnsaved()).toBe(false)
  expect(asks).toEqual([])
})
