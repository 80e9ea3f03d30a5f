/** Words in a row, with the comma of the language. */
export const listed = (words: readonly (string | number)[], locale: string): string => words.join(locale === 'en' ? ', ' : '、')
