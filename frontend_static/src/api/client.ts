/** The one way to the server: same origin, CSRF token, idempotency key, versions, and problems as typed errors. */
import { ApiError, OfflineError, isProblem, type Problem } from './problem'

export const API = '/api/v1'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type CallOptions = {
  body?: unknown
  query?: Record<string, string | number | boolean | null | undefined>
  /** Version of the thing changed; sent as If-Match. */
  version?: number | string
  /** One key per user action; a retry of the same action passes the same key. */
  key?: string
  signal?: AbortSignal
}
export type Answer<T> = { data: T; status: number; version: string | null }

const RETRY_AFTER_MS = [400, 1200, 3000]
const token = { value: '' }

export function useCsrfToken(value: string): void {
  token.value = value
}

/**
 * A fresh idempotency key: take one when the user acts, keep it until the action is answered.
 * A UUID of version 7: it begins with the time, so that the server's rows of one moment lie side by side.
 */
export function actionKey(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  for (let n = 0; n < 6; n++) bytes[n] = Math.floor(now / 256 ** (5 - n)) % 256
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
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

async function send(method: Method, path: string, options: CallOptions, key: string): Promise<Response> {
  const request: RequestInit = { method, headers: headersFor(method, options, key), body: bodyOf(options), credentials: 'same-origin' }
  if (options.signal) request.signal = options.signal
  try {
    return await fetch(pathTo(path, options.query), request)
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new OfflineError()
  }
}

async function sendUntilAnswered(method: Method, path: string, options: CallOptions): Promise<Response> {
  const key = options.key ?? actionKey()
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

function problemOf(response: Response, data: unknown): Problem {
  if (isProblem(data)) return data
  return { status: response.status, code: `http_${response.status}`, title: response.statusText }
}

export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<Answer<T>> {
  const response = await sendUntilAnswered(method, path, options)
  const data = await read(response)
  if (!response.ok) throw new ApiError(problemOf(response, data))
  const version = response.headers.get('ETag')?.replace(/^W\//, '').replaceAll('"', '') ?? null
  return { data: data as T, status: response.status, version }
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
