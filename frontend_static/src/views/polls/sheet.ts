/** A judge's points on their way: shown at once, sent a project at a time, sent again until the server has them. */
export type Points = Record<string, number | null>
export type SheetView = {
  judge: string
  state: 'judging' | 'frozen'
  criteria: { id: string; name: string; weight: number }[]
  scale: number
  current_project_id: string | null
  projects: { id: string; name: string; company_name: string; points: Record<string, number> }[]
}
type Save = (projectId: string, points: Points) => Promise<unknown>

const GATHER_MS = 350

export class Sheet {
  private known: Record<string, Points> = {}
  private waiting: Record<string, Points> = {}
  private timer: ReturnType<typeof setTimeout> | null = null
  isSaving = false
  error: unknown = null

  constructor(
    private readonly save: Save,
    private readonly gatherMs = GATHER_MS,
  ) {}

  /** What the server has; what is still on its way here is newer. */
  learn(view: Pick<SheetView, 'projects'>): void {
    this.known = Object.fromEntries(view.projects.map(({ id, points }) => [id, points]))
  }

  of(projectId: string, criterion: string): number | null {
    const waiting = this.waiting[projectId]
    return (waiting && criterion in waiting ? waiting[criterion] : this.known[projectId]?.[criterion]) ?? null
  }

  put(projectId: string, criterion: string, points: number | null): void {
    this.waiting[projectId] = { ...this.waiting[projectId], [criterion]: points }
    this.isSaving = true
    this.soon()
  }

  retry(): void {
    this.error = null
    this.isSaving = true
    this.soon(0)
  }

  private soon(ms = this.gatherMs): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.send(), ms)
  }

  private async send(): Promise<void> {
    this.timer = null
    for (const [projectId, points] of Object.entries(this.waiting)) {
      try {
        await this.save(projectId, { ...points })
      } catch (error) {
        this.error = error
        this.isSaving = false
        return
      }
      this.settle(projectId, points)
    }
    this.error = null
    this.isSaving = Object.keys(this.waiting).length > 0
    if (this.isSaving && !this.timer) this.soon()
  }

  /** What was saved is known; what was changed meanwhile still waits. */
  private settle(projectId: string, saved: Points): void {
    this.known = { ...this.known, [projectId]: { ...this.known[projectId], ...saved } }
    const now = this.waiting[projectId] ?? {}
    const left = Object.entries(now).filter(([criterion, points]) => !(criterion in saved) || saved[criterion] !== points)
    if (left.length) this.waiting[projectId] = Object.fromEntries(left)
    else delete this.waiting[projectId]
  }
}
