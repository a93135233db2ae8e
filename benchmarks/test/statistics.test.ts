import { assert, suite } from '@hakmem/testing'
import fc from 'fast-check'
import { estimate, geometricMean, spread } from '#statistics'

const statistics = suite('statistics')

const launches = [
  [1.1, 1.2, 1.15],
  [0.9, 1, 0.95],
  [1.3, 1.25, 1.2],
]

statistics('the same figures give the same interval', () => {
  assert.equal(estimate(launches), estimate(launches))
  assert.equal(geometricMean([[launches]]), geometricMean([[launches]]))
})

statistics('an estimate lies in its interval, and the interval among the figures', () => {
  const rounds = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(fc.array(rounds, { minLength: 1, maxLength: 5 }), (launches) => {
      const { median, low, high } = estimate(launches)
      const all = launches.flat()
      assert.ok(Math.min(...all) <= low && low <= high && high <= Math.max(...all))
      assert.ok(Math.min(...all) <= median && median <= Math.max(...all))
    }),
    { numRuns: 40 },
  )
})

statistics('figures that never change have no interval', () => {
  assert.equal(
    estimate([
      [2, 2],
      [2, 2],
    ]),
    { median: 2, low: 2, high: 2 },
  )
})

statistics('launches that differ widen the interval, though each is steady in itself', () => {
  const width = (launches: number[][]) => {
    const { low, high } = estimate(launches)
    return high - low
  }
  const alike = Array.from({ length: 5 }, () => [1, 1.2, 0.8, 1.1, 0.9])
  const apart = [1, 1.2, 0.8, 1.1, 0.9].map((figure) => Array(5).fill(figure))
  assert.equal([...alike.flat()].sort(), [...apart.flat()].sort())
  assert.ok(width(apart) > 1.3 * width(alike), `${width(apart)} after ${width(alike)}`)
})

statistics('each entry counts once in the geometric mean, however many figures it has', () => {
  const two = [[2], [2]]
  const eight = [[8], [8]]
  assert.is(round(geometricMean([[two], [eight]]).median), 4)
  assert.is(round(geometricMean([[two], [eight, eight, eight]]).median), 4)
  assert.is(round(geometricMean([[two, eight]]).median), 4)
})

statistics('the geometric mean of many noisy entries is known better than each', () => {
  const entries = Array.from({ length: 16 }, () => [launches])
  const one = estimate(launches)
  const all = geometricMean(entries)
  assert.ok(all.high - all.low < (one.high - one.low) / 2)
})

statistics('the spread is the middle half over the median', () => {
  assert.is(spread([3, 3, 3]), 0)
  assert.is(spread([5, 1, 4, 2, 3]), 2 / 3)
})

statistics.run()

function round(figure: number): number {
  return Math.round(figure * 1e9) / 1e9
}
