/** A room as a screen sees it: reactive state, link, presence and commands, alive as long as the screen is. */
import { onScopeDispose, provide, ref, shallowRef, type InjectionKey, type ShallowRef } from 'vue'
import { API, actionKey, get } from '@/api/client'
import { useMe } from '@/api/me'
import { ApiError } from '@/api/problem'
import { ServerClock } from './clock'
import type { States } from './fold'
import type { EntryFrame, FoldedStream, LossyStream, StreamName, SubscribeFrame } from './frames'
import { FIRST_LINK, type Link } from './link'
import { LiveSocket, type Line, type Surroundings } from './socket'
import type { Way } from './ways'

const TEND_MS = 10_000

function storage(name: 'localStorage' | 'sessionStorage'): Storage | null {
  try {
    return window[name]
  } catch {
    return null
  }
}

/** This tab, also after a reload. */
function tab(): string {
  const kept = storage('sessionStorage')
  const id = kept?.getItem('roadshow.tab') ?? actionKey()
  kept?.setItem('roadshow.tab', id)
  return id
}

const browser: Omit<Surroundings, 'whyRefused' | 'connect' | 'place' | 'tab'> = {
  keep: storage('localStorage'),
  session: storage('sessionStorage'),
  random: Math.random,
  isOnline: () => navigator.onLine,
  now: Date.now,
  later: (run, ms) => window.setTimeout(run, ms),
  cancel: (timer) => window.clearTimeout(timer),
}

/** Ways over HTTP are fetched only where a socket does not pass. */
function overHttp(path: string, way: Exclude<Way, 'socket'>, first: SubscribeFrame[]): Line {
  const early: unknown[] = []
  let real: Line | null = null
  const line: Line = {
    onopen: null,
    onmessage: null,
    onclose: null,
    get readyState() {
      return real?.readyState ?? 0
    },
    send: (data: unknown) => (real ? real.send(String(data)) : void early.push(data)),
    close() {
      line.onmessage = line.onclose = null
      real?.close()
    },
  }
  import('./http').then(
    ({ HttpLine }) => {
      real = new HttpLine(path, way, first)
      real.onmessage = (event) => line.onmessage?.(event)
      real.onclose = (event) => line.onclose?.(event)
      for (const data of early) real.send(String(data))
    },
    () => line.onclose?.({ code: 1006 }),
  )
  return line
}

/** Takes back a command of this room that still waits on this device. */
export const WITHDRAW: InjectionKey<(cmdId: string) => boolean> = Symbol('withdraw')

/** Where a room is followed: as somebody in it, or by a screen's secret address; `why` says over HTTP who is refused. */
export type Entrance = { live: string; why: string }

function roomEntrance(roadshowId: string): Entrance {
  const live = `/roadshows/${encodeURIComponent(roadshowId)}/live`
  return { live, why: `${live}/snapshot` }
}

export function screenEntrance(address: string): Entrance {
  const live = `/screens/${encodeURIComponent(address)}`
  return { live, why: live }
}

function socketUrl(path: string): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return `${scheme}://${location.host}${API}${path}/socket`
}

/** Asks once over HTTP: the refusal a socket's handshake cannot tell, or whether anybody is there. */
async function refusalOf(path: string): Promise<ApiError | 'open' | 'away'> {
  try {
    await get(path)
    return 'open'
  } catch (error) {
    return error instanceof ApiError && [401, 403, 404, 410].includes(error.status) ? error : 'away'
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
  /** Moves whenever this person did something here on another device, and when the page is shown again. */
  const elsewhere = ref(0)
  const presence = ref<number | null>(null)
  const allowed = ref<StreamName[]>([])
  const fresh = new Map<FoldedStream, unknown>()

  function flush(): void {
    for (const [stream, state] of fresh) (states[stream] as { value: unknown }).value = state
    fresh.clear()
  }

  /** What this person may no longer follow is not shown any longer either. */
  function forget(stream: FoldedStream): void {
    fresh.delete(stream)
    states[stream].value = null
  }

  const { user } = useMe()
  const socket = new LiveSocket(
    wanted,
    {
      onState: (stream, state) => {
        if (!fresh.size) queueMicrotask(flush)
        fresh.set(stream, state)
      },
      onLink: (value) => (link.value = value),
      onServerTime: (at) => clock.hear(at),
      onMoved: () => elsewhere.value++,
      onPresence: (count) => (presence.value = count),
      onWelcome: (streams) => {
        allowed.value = streams
        for (const stream of Object.keys(states) as FoldedStream[]) if (!streams.includes(stream)) forget(stream)
        hooks.onConnected?.()
      },
      onEntry: (stream, entry) => hooks.onEntry?.(stream, entry),
    },
    {
      ...browser,
      tab: tab(),
      place: () => `${entrance.live}:${user.value?.id ?? ''}`,
      whyRefused: () => refusalOf(entrance.why),
      connect: (way, first) => (way === 'socket' ? (new WebSocket(socketUrl(entrance.live)) as unknown as Line) : overHttp(entrance.live, way, first)),
    },
  )
  const wake = () => {
    if (document.visibilityState !== 'visible') return
    socket.wake()
    elsewhere.value++
  }
  const leave = () => socket.close()
  const back = (event: PageTransitionEvent) => event.persisted && socket.open()
  const tending = window.setInterval(() => socket.tend(), TEND_MS)
  const calls = [
    ['online', wake],
    ['offline', wake],
    ['pagehide', leave],
    ['pageshow', back],
  ] as const
  for (const [name, call] of calls) window.addEventListener(name, call as () => void)
  document.addEventListener('visibilitychange', wake)
  provide(WITHDRAW, (cmdId) => socket.withdraw(cmdId))
  socket.open()
  onScopeDispose(() => {
    for (const [name, call] of calls) window.removeEventListener(name, call as () => void)
    document.removeEventListener('visibilitychange', wake)
    window.clearInterval(tending)
    socket.close()
  })

  return {
    publicState: states.public,
    staffState: states.staff,
    userState: states.user,
    speakerState: states.speaker,
    link,
    presence,
    elsewhere,
    allowed,
    /** The server's time, in milliseconds. */
    serverNow: () => clock.now(),
    retry: () => socket.open(),
    command: <T = unknown>(name: string, body: Record<string, unknown>) => socket.command(name, body) as Promise<T>,
  }
}

export type Room = ReturnType<typeof useRoom>
