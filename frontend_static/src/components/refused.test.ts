import { expect, test, vi } from 'vitest'
import { refusedFields, type Found } from './refused'

const said = (zh: string) => ({ 'zh-CN': zh, en: `en ${zh}` })

test('each refused field is named by its label on the screen, in the reader’s language, with the way there', () => {
  const reach = vi.fn()
  const screen: Record<string, Found> = { contact_phone: { label: '电话', reach }, starts_at: { label: '开始', reach: () => undefined } }
  const rows = refusedFields(
    [{ loc: ['body', 'contact_phone'], message: said('请填写电话。') }, { loc: ['body', 'starts_at'], message: said('请填写时间。') }],
    'zh-CN',
    (name) => screen[name] ?? null,
  )

  expect(rows.map(({ label, message }) => [label, message])).toEqual([['电话', '请填写电话。'], ['开始', '请填写时间。']])
  rows[0]!.reach!()
  expect(reach).toHaveBeenCalledOnce()
})

test('what is refused inside a list leads to the list when the screen has no nearer field', () => {
  const criteria: Found = { label: '评分项', reach: () => undefined }
  const rows = refusedFields([{ loc: ['body', 'criteria', 2, 'weight'], message: said('太大。') }], 'en', (name) => (name === 'criteria' ? criteria : null))

  expect(rows).toEqual([{ label: '评分项', message: 'en 太大。', reach: criteria.reach }])
})

test('a field that is not on the screen is told without a way, and nothing is told twice', () => {
  const error = { loc: ['query', 'cursor'], message: said('无效。') }

  expect(refusedFields([error, error], 'zh-CN', () => null)).toEqual([{ label: '', message: '无效。', reach: null }])
  expect(refusedFields([{ loc: ['body', 'x'] }], 'zh-CN', () => null)).toEqual([])
})
