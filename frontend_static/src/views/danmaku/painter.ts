/**
 * Flies danmaku over an element: a pool of nodes, each moved by one transform animation the compositor runs alone.
 *
 * Nothing is read from the layout: widths are measured on a canvas and written to the node, so what the scheduler
 * believes is what is drawn. Nothing happens per frame; a timer wakes only when somebody may enter.
 */
import { Lanes, type Field } from './lanes'
import type { Danmaku, DanmakuRole } from '@/live/danmaku'

export type Look = { font: number; family: string; density: number; seconds: number; area: number }
export type Mark = Pick<Danmaku, 'id' | 'text' | 'role'> & { own: boolean }

const PAD = 0.7
const MARK = 1.1
const LINE = 1.9
const MARKED: Record<DanmakuRole, boolean> = { audience: false, investor: true, startup: true, host: true }

export class Painter {
  private readonly lanes: Lanes<Mark>
  private readonly pool: HTMLElement[] = []
  /** Everybody who waits or flies. */
  private readonly ids = new Set<string>()
  private readonly aloft = new Map<string, { node: HTMLElement; flight: Animation }>()
  private readonly pen = document.createElement('canvas').getContext('2d')
  private timer = 0
  private pausedAt: number | null = null
  private lost = 0

  constructor(
    private readonly sky: HTMLElement,
    private look: Look,
  ) {
    this.lanes = new Lanes(this.field())
  }

  /** Lets one fly as soon as there is room. */
  show(mark: Mark): void {
    if (this.ids.has(mark.id)) return
    this.ids.add(mark.id)
    for (const { id } of this.lanes.offer(mark, this.widthOf(mark), mark.own)) this.ids.delete(id)
    this.launch()
  }

  /** Takes one off the sky, or out of the queue. */
  remove(id: string): void {
    this.lanes.drop((mark) => mark.id === id)
    this.ids.delete(id)
    const flying = this.aloft.get(id)
    if (flying) this.land(id, flying.node, flying.flight)
  }

  /** An empty sky, perhaps of another size or look. */
  clear(look: Look = this.look): void {
    this.look = look
    window.clearTimeout(this.timer)
    for (const [id, { node, flight }] of [...this.aloft]) this.land(id, node, flight)
    this.ids.clear()
    this.lanes.clear(this.field())
  }

  pause(): void {
    if (this.pausedAt !== null) return
    this.pausedAt = performance.now()
    window.clearTimeout(this.timer)
    for (const { flight } of this.aloft.values()) flight.pause()
  }

  resume(): void {
    if (this.pausedAt === null) return
    this.lost += performance.now() - this.pausedAt
    this.pausedAt = null
    for (const { flight } of this.aloft.values()) flight.play()
    this.launch()
  }

  close(): void {
    this.clear()
    this.pool.splice(0).forEach((node) => node.remove())
  }

  private now(): number {
    return (this.pausedAt ?? performance.now()) - this.lost
  }

  private field(): Field {
    const { clientWidth: width, clientHeight: height } = this.sky
    const lanes = Math.max(1, Math.floor((height * this.look.area) / (this.look.font * LINE)))
    return { width, lanes, density: this.look.density, crossing: this.look.seconds * 1000, gap: this.look.font }
  }

  private widthOf({ text, role }: Mark): number {
    if (!this.pen) return text.length * this.look.font
    this.pen.font = `500 ${this.look.font}px ${this.look.family}`
    const extra = 2 * PAD + (MARKED[role] ? MARK : 0)
    return Math.ceil(this.pen.measureText(text).width + extra * this.look.font)
  }

  private launch(): void {
    if (this.pausedAt !== null) return
    window.clearTimeout(this.timer)
    const now = this.now()
    for (const { item, lane, width, startsAt, endsAt } of this.lanes.launch(now)) this.fly(item, lane, width, endsAt - startsAt)
    const wake = this.lanes.wakeAt(now)
    if (wake !== null) this.timer = window.setTimeout(() => this.launch(), Math.max(4, wake - now))
  }

  private fly(mark: Mark, lane: number, width: number, ms: number): void {
    const node = this.pool.pop() ?? this.sky.appendChild(document.createElement('span'))
    node.className = `${mark.role}${mark.own ? ' own' : ''}`
    node.textContent = mark.text
    node.style.width = `${width}px`
    const y = Math.round(lane * this.look.font * LINE)
    const at = (x: number) => ({ transform: `translate3d(${x}px, ${y}px, 0)` })
    const flight = node.animate([at(this.sky.clientWidth), at(-width)], { duration: ms, fill: 'both' })
    this.aloft.set(mark.id, { node, flight })
    flight.onfinish = () => this.land(mark.id, node, flight)
  }

  private land(id: string, node: HTMLElement, flight: Animation): void {
    flight.onfinish = null
    flight.cancel()
    node.className = 'idle'
    node.textContent = ''
    this.aloft.delete(id)
    this.ids.delete(id)
    this.pool.push(node)
  }
}
