/**
 * One key for one action: method, address, body and the version it was seen at. An action whose answer was lost keeps
 * its key, also over a reload, so that the same thing asked again is the same action; anything else gets a key of its own.
 */
export type Action = { method: string; path: string; body: string; version: string }
type Waiting = { action: Action; key: string }

const KEPT = 'roadshow.unanswered'
const KEPT_MS = 20 * 3_600_000
const MOST = 40

/**
 * A fresh idempotency key. A UUID of version 7: it begins with the time, so that the server's rows of one moment lie
 * side by side.
 */
export function actionKey(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  for (let n = 0; n < 6; n++) bytes[n] = Math.floor(now / 256 ** (5 - n)) % 256
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** A body as text that is equal exactly when the same is sent; a file counts by name, size and time. */
export function bodyText(body: unknown): string {
  if (!(body instanceof FormData)) return JSON.stringify(body) ?? ''
  return JSON.stringify([...body].map(([name, value]) => (typeof value === 'string' ? [name, value] : [name, value.name, value.size, value.lastModified])))
}

/** 53 bits of a text: what is kept over a reload must not hold the text itself. */
function digest(text: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57]
  for (let n = 0; n < text.length; n++) {
    const code = text.charCodeAt(n)
    a = Math.imul(a ^ code, 2654435761)
    b = Math.imul(b ^ code, 1597334677)
  }
  return `${(a >>> 0).toString(36)}${(b >>> 0).toString(36)}`
}

export class Unanswered {
  private readonly waiting = new Map<string, Waiting>()

  constructor(
    private readonly keep: Pick<Storage, 'getItem' | 'setItem'> | null,
    private readonly now: () => number = Date.now,
  ) {}

  /** The key of this action: the one it was last sent with when that was not answered, else a new one. */
  keyOf(action: Action): string {
    const name = nameOf(action)
    const kept = this.kept()
    const key = this.waiting.get(name)?.key ?? kept[digest(name)]?.[0] ?? actionKey(this.now())
    this.waiting.set(name, { action, key })
    if (!isSecret(action)) this.save({ ...kept, [digest(name)]: [key, this.now()] })
    return key
  }

  /** It was answered, yes or no: asked again, it is another action. */
  settle(action: Action): void {
    const name = nameOf(action)
    this.waiting.delete(name)
    const { [digest(name)]: _, ...rest } = this.kept()
    this.save(rest)
  }

  /** An earlier change of the same thing, from the same version, of which nobody knows whether it happened. */
  before(action: Action): Waiting | undefined {
    if (!action.version) return undefined
    const name = nameOf(action)
    return [...this.waiting.values()].find(({ action: other }) => other.path === action.path && other.version === action.version && nameOf(other) !== name)
  }

  private kept(): Record<string, [string, number]> {
    try {
      const all = JSON.parse(this.keep?.getItem(KEPT) ?? '{}') as Record<string, [string, number]>
      return Object.fromEntries(Object.entries(all).filter(([, [, at]]) => this.now() - at < KEPT_MS).slice(-MOST))
    } catch {
      return {}
    }
  }

  private save(all: Record<string, [string, number]>): void {
    try {
      this.keep?.setItem(KEPT, JSON.stringify(all))
    } catch {
      // Storage may be full or off: the keys stay in memory.
    }
  }
}

/** Bodies with a password leave no trace on the device. */
const isSecret = ({ body }: Action): boolean => body.includes('"password"')
const nameOf = ({ method, path, body, version }: Action): string => [method, path, version, body].join('\n')
