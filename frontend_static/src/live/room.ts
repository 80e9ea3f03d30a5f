/** A room as a screen sees it: reactive state, link, presence and commands, alive as long as the screen is. */
import { onScopeDispose, ref, shallowRef, type ShallowRef } from 'vue'
import { API, get } from '@/api/client'
import { ApiError } from '@/api/problem'
import { ServerClock } from './clock'
import type { States } from './fold'
import type { EntryFrame, FoldedStream, LossyStream, StreamName } from './frames'
import { FIRST_LINK, LiveSocket, type Line, type Link, type Surroundings } from './socket'

function storage(): Storage | null {
  try {
    return window.sessionStorage
  } catch {
    return null
  }
}

const browser: Omit<Surroundings, 'whyRefused'> = {
  connect: (url) => new WebSocket(url) as unknown as Line,
  keep: storage(),
  random: Math.random,
  later: (run, ms) => window.setTimeout(run, ms),
  cancel: (timer) => window.clearTimeout(timer),
}

/** Where a room is followed: as somebody in it, or by a screen's secret address. */
export type Entrance = { socket: string; why: string }

function roomEntrance(roadshowId: string): Entrance {
  const path = `/roadshows/${encodeURIComponent(roadshowId)}/live`
  return { socket: `${path}/socket`, why: `${path}/snapshot` }
}

export function screenEntrance(address: string): Entrance {
  const path = `/screens/${encodeURIComponent(address)}`
  return { socket: `${path}/socket`, why: path }
}

function socketUrl(path: string): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return `${scheme}://${location.host}${API}${path}`
}

/** Asks once over HTTP: the refusal a socket's handshake cannot tell, or nothing to say. */
async function refusalOf(path: string): Promise<ApiError | null> {
  try {
    await get(path)
    return null
  } catch (error) {
    return error instanceof ApiError && [401, 403, 404, 410].includes(error.status) ? error : null
  }
}

export type Hooks = {
  /** An entry of a lossy stream (danmaku): shown as it comes, never folded, never sent again. */
  onEntry?: (stream: LossyStream, entry: EntryFrame) => void
  /** The room is entered, for the first time or again: what no stream carries is read anew. */
  onConnected?: () => void
  /** Another way in than as oneself. */
  entrance?: Entrance
}

export function useRoom(roadshowId: string, wanted: readonly StreamName[], hooks: Hooks = {}) {
  const states: { [S in FoldedStream]: ShallowRef<States[S] | null> } = {
    public: shallowRef<States['public'] | null>(null),
    staff: shallowRef<States['staff'] | null>(null),
    user: shallowRef<States['user'] | null>(null),
    speaker: shallowRef<States['speaker'] | null>(null),
  }
  const clock = new ServerClock()
  const entrance = hooks.entrance ?? roomEntrance(roadshowId)
  const link = shallowRef<Link>(FIRST_LINK)
  const presence = ref<number | null>(null)
  const allowed = ref<StreamName[]>([])
  const fresh = new Map<FoldedStream, unknown>()

  function flush(): void {
    for (const [stream, state] of fresh) (states[stream] as { value: unknown }).value = state
    fresh.clear()
  }

  const socket = new LiveSocket(
    socketUrl(entrance.socket),
    wanted,
    {
      onState: (stream, state) => {
        if (!fresh.size) queueMicrotask(flush)
        fresh.set(stream, state)
      },
      onLink: (value) => (link.value = value),
      onServerTime: (at) => clock.hear(at),
      onPresence: (count) => (presence.value = count),
      onWelcome: (streams) => {
        allowed.value = streams
        hooks.onConnected?.()
      },
      onEntry: (stream, entry) => hooks.onEntry?.(stream, entry),
    },
    { ...browser, whyRefused: () => refusalOf(entrance.why) },
  )
  const wake = () => document.visibilityState === 'visible' && socket.wake()
  window.addEventListener('online', wake)
  document.addEventListener('visibilitychange', wake)
  socket.open()
  onScopeDispose(() => {
    window.removeEventListener('online', wake)
    document.removeEventListener('visibilitychange', wake)
    socket.close()
  })

  return {
    publicState: states.public,
    staffState: states.staff,
    userState: states.user,
    speakerState: states.speaker,
    link,
    presence,
    allowed,
    /** The server's time, in milliseconds. */
    serverNow: () => clock.now(),
    retry: () => socket.open(),
    command: <T = unknown>(name: string, body: Record<string, unknown>) => socket.command(name, body) as Promise<T>,
  }
}

export type Room = ReturnType<typeof useRoom>
