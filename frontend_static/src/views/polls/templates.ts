/** Polls ready to ask: their words come from the table, so each reads in the host's language. */
import type { AgendaProject } from '@/api/types'
import type { PollKind, StaffPoll } from './model'

export type Draft = {
  kind: PollKind
  title: string
  options: { text: string; project_id: string | null }[]
  max_choices: number
  scale: 5 | 10
  names: StaffPoll['names']
  electorate: StaffPoll['electorate']
  results_when: StaffPoll['results_when']
  seconds: number | null
  opens_at: string | null
  closes_at: string | null
}
export type TemplateKey = 'interest' | 'rating' | 'doubts' | 'favourite' | 'ranking' | 'words' | 'blank'
export const TEMPLATES: readonly TemplateKey[] = ['interest', 'rating', 'doubts', 'favourite', 'ranking', 'words', 'blank']

type Say = (key: string) => string

export const blank = (): Draft => ({
  kind: 'single',
  title: '',
  options: [],
  max_choices: 1,
  scale: 5,
  names: 'nobody',
  electorate: 'everyone',
  results_when: 'close',
  seconds: null,
  opens_at: null,
  closes_at: null,
})

const worded = (t: Say, key: string, count: number) => Array.from({ length: count }, (_, at) => ({ text: t(`polls.template.${key}.option${at + 1}`), project_id: null }))

/** The draft a template makes; those about projects take the room's agenda for options. */
export function fromTemplate(key: TemplateKey, t: Say, projects: readonly AgendaProject[]): Draft {
  const draft = { ...blank(), title: key === 'blank' ? '' : t(`polls.template.${key}.title`) }
  const pitches = projects.map(({ id, name }) => ({ text: name, project_id: id }))
  switch (key) {
    case 'interest':
      return { ...draft, options: worded(t, key, 4), seconds: 60 }
    case 'doubts':
      return { ...draft, kind: 'multiple', max_choices: 2, options: worded(t, key, 6), seconds: 60 }
    case 'rating':
      return { ...draft, kind: 'rating', scale: 10, options: pitches.length > 1 ? pitches.slice(0, 12) : [] }
    case 'favourite':
      return { ...draft, options: pitches.slice(0, 12), seconds: 60 }
    case 'ranking':
      return { ...draft, kind: 'ranking', options: pitches.slice(0, 8), seconds: 90 }
    case 'words':
      return { ...draft, kind: 'words', max_choices: 3, results_when: 'live', seconds: 60 }
    default:
      return { ...draft, options: [{ text: '', project_id: null }, { text: '', project_id: null }] }
  }
}

/** A poll as it was asked, to be edited. */
export function draftOf(poll: StaffPoll): Draft {
  const { kind, title, max_choices, names, electorate, results_when, seconds, opens_at, closes_at } = poll
  return {
    kind,
    title,
    max_choices,
    names,
    electorate,
    results_when,
    scale: poll.scale === 10 ? 10 : 5,
    options: poll.options.filter(({ text }) => text).map(({ text, project_id }) => ({ text, project_id })),
    seconds: seconds ?? null,
    opens_at: opens_at ?? null,
    closes_at: closes_at ?? null,
  }
}

/** What is sent: empty options are left out, and what a kind does not have. */
export function bodyOfDraft(draft: Draft): Record<string, unknown> {
  const options = draft.kind === 'words' ? [] : draft.options.map((option) => ({ ...option, text: option.text.trim() })).filter(({ text }) => text)
  const many = draft.kind === 'multiple' ? Math.min(draft.max_choices, Math.max(1, options.length)) : draft.kind === 'words' ? Math.min(draft.max_choices, 5) : 1
  return { ...draft, title: draft.title.trim(), options, max_choices: many }
}
