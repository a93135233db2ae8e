/** Passing structs: in every way all of them arrive, in both directions, and nothing is left behind in the heap. */

import { assert, suite } from '@hakmem/testing'
import { Pair } from '#passing/pair'
import { ways } from '#passing/ways'

const SECONDS = 0.02

const test = suite('passing')

for (const way of Object.keys(ways)) {
  test(`${way}: all structs arrive and come back, whatever the size of the messages`, async () => {
    const pair = new Pair(way)
    const { heap } = pair
    for (const count of [1, 7, 1000]) {
      // Counts and sums of both sides are compared there.
      assert.ok((await pair.throughput(count, SECONDS)) > 0)
      const trips = await pair.roundTrips(count, SECONDS)
      assert.ok(trips.length > 0 && trips[0] > 0 && trips[0] <= trips[trips.length - 1])
    }
    await pair[Symbol.asyncDispose]()
    const { live, problems } = heap.audit()
    assert.equal({ live, problems }, { live: 0, problems: [] })
  })
}

test.run()
