import { expect, test } from 'vitest'
import { Unanswered, bodyText } from './unanswered'

const action = (body: string, path = '/venues', version = '') => ({ method: 'POST', path, body, version })

function storage() {
  const kept = new Map<string, string>()
  return { kept, getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) }
}

test('after a reload the same action keeps its key, and its words are not on the device', () => {
  const keep = storage()
  const key = new Unanswered(keep).keyOf(action('{"note":"private words"}'))

  expect(new Unanswered(keep).keyOf(action('{"note":"private words"}'))).toBe(key)
  expect(new Unanswered(keep).keyOf(action('{"note":"other words"}'))).not.toBe(key)
  expect(JSON.stringify([...keep.kept])).not.toContain('private')
})

test('a password leaves no trace on the device', () => {
  const keep = storage()

  new Unanswered(keep).keyOf(action('{"email":"a@b.cn","password":"long enough"}', '/session'))

  expect(keep.kept.size).toBe(0)
})

test('a key that the server has forgotten is not used again', () => {
  const keep = storage()
  let now = 1_000_000
  const key = new Unanswered(keep, () => now).keyOf(action('{}'))
  now += 21 * 3_600_000

  expect(new Unanswered(keep, () => now).keyOf(action('{}'))).not.toBe(key)
})

test('an upload is the same action when name, size and time of its file are the same', () => {
  const form = (text: string) => {
    const body = new FormData()
    body.set('file', new File([text], 'deck.pdf', { lastModified: 1 }))
    return bodyText(body)
  }

  expect(form('one')).toBe(form('two'))
  expect(form('one')).not.toBe(form('three'))
})
