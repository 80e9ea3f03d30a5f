import { expect, test } from 'vitest'
import { isEnter, shortcutOf } from './keys'

const press = (key: string, more: object = {}) => ({ key, isComposing: false, keyCode: 65, repeat: false, ctrlKey: false, metaKey: false, altKey: false, ...more })

test.each([
  ['】', ']'],
  ['【', '['],
  ['？', '?'],
  ['ａ', 'a'],
  ['Ｚ', 'z'],
  ['１', '1'],
  ['A', 'a'],
])('%s is the shortcut %s', (key, shortcut) => {
  expect(shortcutOf(press(key))).toBe(shortcut)
})

test.each([{ repeat: true }, { isComposing: true }, { keyCode: 229 }, { ctrlKey: true }, { metaKey: true }, { altKey: true }])('with %o a key is no shortcut', (more) => {
  expect(shortcutOf(press('a', more))).toBeNull()
})

test('an Enter acts only when it ends no composition and is not held', () => {
  const enters = [{}, { isComposing: true }, { keyCode: 229 }, { repeat: true }].map((more) => isEnter(press('Enter', more)))

  expect(enters).toEqual([true, false, false, false])
})
