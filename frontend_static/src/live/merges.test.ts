import { describe, expect, it } from 'vitest'
import { FollowedMerges } from './merges'

const question = (id: string, ...merged: string[]) => ({ id, merged: merged.map((each) => ({ id: each })) })

function watching(...voted: string[]) {
  const known = new Set(voted)
  const merges = new FollowedMerges({ has: (id) => known.has(id), learn: (id, yes) => (yes ? known.add(id) : known.delete(id)) })
  return { known, merges }
}

describe('votes in a merge', () => {
  it('counts at the head what was cast at the merged question, and returns with it', () => {
    const { known, merges } = watching('b')
    merges.look([question('a'), question('b')])

    merges.look([question('a', 'b')])
    const merged = [...known]
    merges.look([question('a'), question('b')])

    expect(merged).toEqual(['a'])
    expect([...known]).toEqual(['b'])
  })

  it('keeps a vote of its own at the head', () => {
    const { known, merges } = watching('a', 'b')
    merges.look([question('a'), question('b')])
    merges.look([question('a', 'b')])

    merges.look([question('a'), question('b')])

    expect([...known].sort()).toEqual(['a', 'b'])
  })

  it('believes what was read where the merge was not seen happen', () => {
    const { known, merges } = watching('b')

    merges.look([question('a', 'b')])

    expect([...known]).toEqual(['b'])
  })
})
