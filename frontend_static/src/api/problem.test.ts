import { expect, test } from 'vitest'
import { ApiError } from './problem'

const refusal = new ApiError({
  type: '/problems/ticket_unknown', title: 'Not Found', status: 404, code: 'ticket_unknown',
  message: { 'zh-CN': '没有找到这张票。', en: 'There is no such ticket.' }, fix: { 'zh-CN': '请核对票号。', en: 'Check its number.' },
})

test('what happened and what to do stand together as the language writes them', () => {
  expect(refusal.whole('zh-CN')).toBe('没有找到这张票。请核对票号。')
  expect(refusal.whole('en')).toBe('There is no such ticket. Check its number.')
})

test('a refusal without advice ends with what happened', () => {
  expect(new ApiError({ ...refusal.problem, fix: undefined }).whole('en')).toBe('There is no such ticket.')
})
