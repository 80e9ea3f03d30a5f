import { expect, test } from 'vitest'
import { Lanes, type Field, type Flight } from './lanes'

const FIELD: Field = { width: 1000, lanes: 3, density: 100, crossing: 8000, gap: 20 }

/** A small generator with a seed, so that a failing day can be repeated. */
function dice(seed: number): () => number {
  let state = seed * 2654435761 + 1
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0
    return state / 2 ** 32
  }
}

const left = (flight: Flight<number>, at: number) => FIELD.width - flight.speed * (at - flight.startsAt)

/** The least distance two of one lane ever have while both are on the field; distance is linear, so the ends tell. */
function closest(first: Flight<number>, second: Flight<number>): number {
  const moments = [second.startsAt, Math.min(first.endsAt, second.endsAt)].filter((at) => at <= first.endsAt)
  return Math.min(...moments.map((at) => left(second, at) - (left(first, at) + first.width)))
}

function day(seed: number, field: Field, count: number): { flights: Flight<number>[]; dropped: number[]; most: number } {
  const roll = dice(seed)
  const lanes = new Lanes<number>(field)
  const flights: Flight<number>[] = []
  const dropped: number[] = []
  let now = 0
  let most = 0
  const fly = () => {
    flights.push(...lanes.launch(now))
    most = Math.max(most, lanes.aloft(now))
  }
  for (let item = 0; item < count; item++) {
    const arrives = now + roll() * 200
    for (let wake = lanes.wakeAt(now); wake !== null && wake <= arrives; wake = lanes.wakeAt(now)) {
      now = wake
      fly()
    }
    now = arrives
    dropped.push(...lanes.offer(item, 20 + roll() * roll() * 1600, roll() < 0.05))
    fly()
  }
  return { flights, dropped, most }
}

test('no two ever touch, whatever their widths and arrivals', () => {
  let pairs = 0
  for (let seed = 1; seed <= 300; seed++) {
    const { flights } = day(seed, FIELD, 120)
    for (let lane = 0; lane < FIELD.lanes; lane++) {
      const row = flights.filter((flight) => flight.lane === lane).sort((a, b) => a.startsAt - b.startsAt)
      for (let n = 1; n < row.length; n++)
        for (let m = Math.max(0, n - 4); m < n; m++) {
          if (row[m]!.endsAt < row[n]!.startsAt) continue
          pairs++
          expect(closest(row[m]!, row[n]!)).toBeGreaterThanOrEqual(FIELD.gap - 1e-6)
        }
    }
  }
  expect(pairs).toBeGreaterThan(5000)
})

test('never more than the density cap at a time', () => {
  for (let seed = 1; seed <= 50; seed++) expect(day(seed, { ...FIELD, density: 7 }, 200).most).toBeLessThanOrEqual(7)
})

test('too many waiting: the oldest goes, one\'s own never does', () => {
  const lanes = new Lanes<string>({ ...FIELD, lanes: 1, density: 3 })
  lanes.offer('flying', 400)
  lanes.launch(0)

  const dropped = [lanes.offer('a', 400), lanes.offer('own', 400, true), lanes.offer('b', 400), lanes.offer('c', 400), lanes.offer('d', 400)].flat()

  expect(dropped).toEqual(['a', 'b'])
  const flown: string[] = []
  for (let at = lanes.wakeAt(0); at !== null; at = lanes.wakeAt(at)) flown.push(...lanes.launch(at).map(({ item }) => item))
  expect(flown).toEqual(['own', 'c', 'd'])
})

test('one\'s own are all shown, in their order, however many', () => {
  const lanes = new Lanes<number>({ ...FIELD, lanes: 1, density: 2 })
  const dropped = Array.from({ length: 10 }, (_, n) => lanes.offer(n, 300, true)).flat()
  const flown: number[] = []
  for (let at = lanes.wakeAt(0); at !== null; at = lanes.wakeAt(at)) flown.push(...lanes.launch(at).map(({ item }) => item))

  expect([dropped, flown]).toEqual([[], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]])
})

test('one taken back while it waits never flies', () => {
  const lanes = new Lanes<string>({ ...FIELD, lanes: 1 })
  lanes.offer('first', 900)
  lanes.launch(0)
  lanes.offer('bad', 100)
  lanes.drop((item) => item === 'bad')

  expect([lanes.queue, lanes.wakeAt(0)]).toEqual([0, null])
})

test('at its wake time the next does enter', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const roll = dice(seed)
    const lanes = new Lanes<number>({ ...FIELD, lanes: 2, density: 4 })
    for (let n = 0; n < 4; n++) lanes.offer(n, roll() * 1500)
    let now = 0
    for (let step = 0; lanes.queue && step < 20; step++) {
      now = lanes.wakeAt(now)!
      expect(lanes.launch(now + 1e-6).length).toBeGreaterThan(0)
    }
    expect(lanes.queue).toBe(0)
  }
})

test('a narrow field still flies', () => {
  const lanes = new Lanes<string>({ ...FIELD, width: 10, lanes: 1 })
  lanes.offer('a', 300)
  lanes.offer('b', 300)

  expect(lanes.launch(0).length).toBe(1)
  expect(lanes.launch(lanes.wakeAt(0)!).length).toBe(1)
})
