/** A room as a screen sees it: reactive state, link, presence and commands, alive as long as the screen is. */
import { onScopeDispose, ref, shallowRef, type ShallowRef } from 'vue'
import { API, get } from '@/api/client'
import { ApiError } from '@/api/problem'
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

function socketUrl(roadshowId: string): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return `${scheme}://${location.host}${API}/roadshows/${encodeURIComponent(roadshowId)}/live/socket`
}

/** Reads the room once over HTTP: the refusal a socket's handshake cannot tell, or nothing to say. */
async function refusalOf(roadshowId: string): Promise<ApiError | null> {
  try {
    await get(`/roadshows/${roadshowId}/live/snapshot`, { stream: 'public' })
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
}

export function useRoom(roadshowId: string, wanted: readonly StreamName[], hooks: Hooks = {}) {
  const states: { [S in FoldedStream]: ShallowRef<States[S] | null> } = {
    public: shallowRef<States['public'] | null>(null),
    staff: shallowRef<States['staff'] | null>(null),
    user: shallowRef<States['user'] | null>(null),
    speaker: shallowRef<States['speaker'] | null>(null),
  }
  const link = shallowRef<Link>(FIRST_LINK)
  const presence = ref<number | null>(null)
  const allowed = ref<StreamName[]>([])
  const fresh = new Map<FoldedStream, unknown>()

  function flush(): void {
    for (const [stream, state] of fresh) (states[stream] as { value: unknown }).value = state
    fresh.clear()
  }

  const socket = new LiveSocket(
    socketUrl(roadshowId),
    wanted,
    {
      onState: (stream, state) => {
        if (!fresh.size) queueMicrotask(flush)
        fresh.set(stream, state)
      },
      onLink: (value) => (link.value = value),
      onPresence: (count) => (presence.value = count),
      onWelcome: (streams) => {
        allowed.value = streams
        hooks.onConnected?.()
      },
      onEntry: (stream, entry) => hooks.onEntry?.(stream, entry),
    },
    { ...browser, whyRefused: () => refusalOf(roadshowId) },
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
    retry: () => socket.open(),
    command: <T = unknown>(name: string, body: Record<string, unknown>) => socket.command(name, body) as Promise<T>,
  }
}

export type Room = ReturnType<typeof useRoom>
