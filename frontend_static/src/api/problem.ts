/** An expected "no" from the server (RFC 9457), or a request that never arrived. */
import type { Bilingual, Locale } from './types'

export type Problem = {
  type?: string
  title?: string
  status: number
  code: string
  message?: Bilingual
  fix?: Bilingual
  details?: Record<string, unknown>
  errors?: { loc: (string | number)[]; message?: Bilingual }[]
}

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message?.['zh-CN'] ?? problem.title ?? problem.code)
    this.name = 'ApiError'
  }
  get code(): string {
    return this.problem.code
  }
  get status(): number {
    return this.problem.status
  }
  said(locale: Locale): string {
    return this.problem.message?.[locale] ?? this.problem.title ?? this.problem.code
  }
  fix(locale: Locale): string {
    return this.problem.fix?.[locale] ?? ''
  }

  /** What happened and what to do, as one text; Chinese sentences follow each other without a space. */
  whole(locale: Locale): string {
    return [this.said(locale), this.fix(locale)].filter(Boolean).join(locale === 'en' ? ' ' : '')
  }
  /** The server's word on one field, by its last path segment. */
  field(name: string, locale = document.documentElement.lang as Locale): string {
    return this.problem.errors?.find((error) => error.loc.at(-1) === name)?.message?.[locale] ?? ''
  }
}

/** The request got no answer; nothing is known about its effect, so it is safe only to repeat it with the same key. */
export class OfflineError extends Error {
  constructor() {
    super('offline')
    this.name = 'OfflineError'
  }
}

export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'status' in value
}
