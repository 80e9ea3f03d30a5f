/** Replying to a question, with a way back. */
import type { PublicQuestion } from '@/api/types'
import type { Send } from './sending'

/** Replies; the words of the toast are `done`, and its undo takes the reply back. */
export function replyTo(send: Send, question_id: string, text: string, done: string): Promise<PublicQuestion | null> {
  return send<PublicQuestion>('question.reply', { question_id, text }, done, ({ id, replies }) => void send('question.unreply', { question_id: id, reply_id: replies.at(-1)!.id }))
}
