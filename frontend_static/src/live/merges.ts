/** A vote follows its question into a merge, and back out of it, as long as the reader watches; a reload reads anew. */
type Merged = { id: string; merged: readonly { id: string }[] }
type Votes = { has: (id: string) => boolean; learn: (id: string, voted: boolean) => void }

export class FollowedMerges {
  /** By the merged question: the one it went to, and whether that one was supported already. */
  private readonly gone = new Map<string, { into: string; had: boolean }>()
  private seen: ReadonlySet<string> | null = null

  constructor(private readonly votes: Votes) {}

  /** Tell it the public questions whenever they change. */
  look(questions: readonly Merged[]): void {
    const now = new Set(questions.map(({ id }) => id))
    const before = this.seen
    this.seen = now
    if (!before) return
    for (const { id, merged } of questions)
      for (const member of merged) if (before.has(member.id) && !now.has(member.id) && this.votes.has(member.id)) this.follow(member.id, id)
    for (const [id, { into, had }] of this.gone) if (now.has(id) && !before.has(id)) this.comeBack(id, into, had)
  }

  private follow(id: string, into: string): void {
    this.gone.set(id, { into, had: this.votes.has(into) })
    this.votes.learn(id, false)
    this.votes.learn(into, true)
  }

  private comeBack(id: string, into: string, had: boolean): void {
    this.gone.delete(id)
    if (!this.votes.has(into)) return
    this.votes.learn(id, true)
    if (!had) this.votes.learn(into, false)
  }
}
