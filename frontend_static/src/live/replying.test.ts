import { expect, test, vi } from 'vitest'
import type { PublicQuestion } from '@/api/types'
import { replyTo } from './replying'
import type { Send } from './sending'

test('the undo of a reply takes back the one that was just written', async () => {
  const sent: [string, unknown][] = []
  let undo = () => {}
  const send = vi.fn(async (name: string, body: unknown, _done?: string, back?: (answer: unknown) => void) => {
    sent.push([name, body])
    const answer = { id: 'head', replies: [{ id: 'r1' }, { id: 'r2' }] } as PublicQuestion
    if (back) undo = () => back(answer)
    return answer
  })

  await replyTo(send as unknown as Send, 'q1', '见附件', '已回复')
  undo()

  expect(sent).toEqual([
    ['question.reply', { question_id: 'q1', text: '见附件' }],
    ['question.unreply', { question_id: 'head', reply_id: 'r2' }],
  ])
})
