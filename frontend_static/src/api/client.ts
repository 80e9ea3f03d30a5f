/** The one way to the server: same origin, CSRF token, one idempotency key for each action, versions, problems as typed errors. */
import { hearServerDate } from './clock'
import { ApiError, OfflineError, isProblem, type Problem } from './problem'
import { Unanswered, bodyText, type Action } from './unanswered'

export { actionKey } from './unanswered'

export const API = '/api/v1'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type CallOptions = {
  body?: unknown
  query?: Record<string, string | number | boolean | null | undefined>
  /** Version of the thing changed; sent as If-Match. */
  version?: number | string
  signal?: AbortSignal
}
export type Answer<T> = { data: T; status: number; version: string | null }

const RETRY_AFTER_MS = [400, 1200, 3000]
const token = { value: '' }
/** What a proxy says when it has lost the server, or the server when it has lost its database: it may have happened. */
const UNKNOWN = new Set([502, 503, 504])
/** What is said when the login of this page is over, or another one: worth a look who is signed in. */
const NOT_YOU = new Set([401, 403, 404])
const unanswered = new Unanswered(kept())
let lookAgain: ((path: string) => Promise<boolean>) | null = null

function kept(): Storage | null {
  try {
    return window.sessionStorage
  } catch {
    return null
  }
}

/** Who is asked when a write is refused for who sent it; true: the same request is worth sending once more. */
export function onNotYou(look: (path: string) => Promise<boolean>): void {
  lookAgain = look
}

export function useCsrfToken(value: string): void {
  token.value = value
}

export function pathTo(path: string, query: CallOptions['query'] = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value))
  }
  return `${API}${path}${search.size ? `?${search}` : ''}`
}

function headersFor(method: Method, options: CallOptions, key: string): Headers {
  const headers = new Headers({ Accept: 'application/json' })
  if (method !== 'GET') {
    headers.set('X-CSRF-Token', token.value)
    headers.set('Idempotency-Key', key)
  }
  if (options.version !== undefined) headers.set('If-Match', `"${options.version}"`)
  if (options.body !== undefined && !(options.body instanceof FormData)) headers.set('Content-Type', 'application/json')
  return headers
}

function bodyOf(options: CallOptions): BodyInit | undefined {
  if (options.body === undefined) return undefined
  return options.body instanceof FormData ? options.body : JSON.stringify(options.body)
}

type Told = { response: Response; data: unknown }

async function send(method: Method, path: string, options: CallOptions, key: string): Promise<Told> {
  const request: RequestInit = { method, headers: headersFor(method, options, key), body: bodyOf(options), credentials: 'same-origin' }
  if (options.signal) request.signal = options.signal
  try {
    const response = await fetch(pathTo(path, options.query), request)
    hearServerDate(response.headers.get('Date'))
    return { response, data: await read(response) }
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new OfflineError()
  }
}

async function sendUntilAnswered(method: Method, path: string, options: CallOptions, key: string): Promise<Told> {
  for (const pause of RETRY_AFTER_MS) {
    try {
      return await send(method, path, options, key)
    } catch (error) {
      if (!(error instanceof OfflineError)) throw error
      await new Promise((done) => setTimeout(done, pause))
    }
  }
  return send(method, path, options, key)
}

async function read(response: Response): Promise<unknown> {
  if (response.status === 204) return null
  const text = await response.text()
  if (!text) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const actionOf = (method: Method, path: string, { body, query, version }: CallOptions): Action => ({ method, path: pathTo(path, query), body: bodyText(body), version: String(version ?? '') })

/** One action, under its key until it is answered; after a sign-in it is sent once more. */
async function act(method: Method, path: string, options: CallOptions, action: Action): Promise<Told> {
  const key = unanswered.keyOf(action)
  let told = await sendUntilAnswered(method, path, options, key)
  if (NOT_YOU.has(told.response.status) && (await lookAgain?.(path))) told = await sendUntilAnswered(method, path, options, key)
  if (!UNKNOWN.has(told.response.status)) unanswered.settle(action)
  return told
}

/**
 * Change something whose earlier change was not answered: that one is asked after first, under its own key, so that
 * one's own save is never taken for somebody else's.
 */
async function change(method: Method, path: string, options: CallOptions): Promise<Told> {
  const action = actionOf(method, path, options)
  const earlier = unanswered.before(action)
  if (!earlier) return act(method, path, options, action)
  const was = earlier.action
  const { response } = await act(was.method as Method, path, { ...options, body: was.body ? (JSON.parse(was.body) as unknown) : undefined }, was)
  if (UNKNOWN.has(response.status)) throw new OfflineError()
  const now = response.ok ? versionOf(response) : null
  const newer = now === null ? options : { ...options, version: now }
  return act(method, path, newer, actionOf(method, path, newer))
}

const versionOf = (response: Response): string | null => response.headers.get('ETag')?.replace(/^W\//, '').replaceAll('"', '') ?? null

function problemOf(response: Response, data: unknown): Problem {
  if (isProblem(data)) return data
  return { status: response.status, code: `http_${response.status}`, title: response.statusText }
}

export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<Answer<T>> {
  const { response, data } = await (method === 'GET' ? sendUntilAnswered(method, path, options, '') : change(method, path, options))
  if (!response.ok) throw new ApiError(problemOf(response, data))
  return { data: data as T, status: response.status, version: versionOf(response) }
}

export const get = async <T>(path: string, query?: CallOptions['query'], signal?: AbortSignal): Promise<T> =>
  (await call<T>('GET', path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) })).data
export const post = async <T>(path: string, body?: unknown, options: CallOptions = {}): Promise<T> =>
  (await call<T>('POST', path, { ...options, body: body ?? {} })).data
export const put = async <T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> =>
  (await call<T>('PUT', path, { ...options, body })).data
export const patch = async <T>(path: string, body: unknown, version: number | string, options: CallOptions = {}): Promise<T> =>
  (await call<T>('PATCH', path, { ...options, body, version })).data
export const remove = async <T>(path: string, options: CallOptions = {}): Promise<T> => (await call<T>('DELETE', path, options)).data
