/** The field's fixed lists, in the order people expect them; their words are in the tables under `vocabulary`. */

export const STAGES = ['seed', 'startup', 'growth', 'mature'] as const
export const INDUSTRIES = [
  'optoelectronics',
  'automotive',
  'health',
  'semiconductor',
  'ai',
  'equipment',
  'energy',
  'materials',
  'space',
  'digital',
  'other',
] as const
export const ROUNDS = ['angel', 'pre_a', 'a', 'b', 'c', 'd_plus', 'pre_ipo', 'undisclosed'] as const
export const INSTRUMENTS = ['equity', 'loan', 'bond', 'insurance', 'guarantee'] as const
export const LABELS = ['high_tech', 'tech_sme', 'innovative_sme', 'specialized', 'little_giant', 'gazelle', 'unicorn'] as const
export const INSTITUTION_KINDS = [
  'vc',
  'pe',
  'cvc',
  'government_fund',
  'aic',
  'bank',
  'guarantee',
  'insurance',
  'broker',
  'angel',
  'other',
] as const
/** Kinds that the fund association registers under P and seven digits. */
export const REGISTERED_KINDS: readonly string[] = ['vc', 'pe', 'government_fund']
export const INTENT_KINDS = ['equity', 'loan', 'guarantee', 'insurance', 'bond', 'merger', 'materials', 'meeting'] as const
export const INTENT_STATES = ['left', 'accepted', 'later', 'declined', 'withdrawn', 'closed'] as const
export const REGISTRATION_STATES = ['pending', 'confirmed', 'waitlisted', 'rejected', 'cancelled'] as const
export const ROLES = ['owner', 'planner', 'host', 'viewer'] as const

/** Kinds of intent that carry no amount. */
export const AMOUNTLESS: readonly string[] = ['materials', 'meeting']

/** Colours of a series that keep 4.5:1 against white, with their names' keys. */
export const PALETTE = [
  { key: 'lake', value: '#0b5c66' },
  { key: 'river', value: '#1455c0' },
  { key: 'plum', value: '#7a2e6d' },
  { key: 'brick', value: '#a63a22' },
  { key: 'amber', value: '#8a5300' },
  { key: 'pine', value: '#17663f' },
  { key: 'slate', value: '#41505e' },
  { key: 'violet', value: '#5b3fb5' },
] as const

function channel(value: number): number {
  const part = value / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}

/** WCAG 2.2 contrast of a colour with white text on it. */
export function contrastWithWhite(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => channel(Number.parseInt(hex.slice(at, at + 2), 16))) as [number, number, number]
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
}

/** Fields a column of an imported file may mean. */
export const IMPORT_FIELDS: Record<'companies' | 'institutions', readonly string[]> = {
  companies: ['name', 'key', 'credit_code', 'one_liner', 'industries', 'stage', 'founded_on', 'country', 'state', 'region', 'city', 'team', 'highlights', 'contact_name', 'contact_phone', 'contact_email'],
  institutions: ['name', 'key', 'credit_code', 'registration_no', 'kind', 'industries', 'about', 'country', 'state', 'region', 'city', 'contact_name', 'contact_phone', 'contact_email'],
}
