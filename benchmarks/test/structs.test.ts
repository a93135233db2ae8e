// The contenders of `pnpm bench:structs` do the same work: their sums are those of offsets by hand.

import { assert, suite } from '@hakmem/testing'
import { contenders } from '#structs/contenders'

const test = suite('structs in the benchmarks')
const COUNT = 200

const { offsets, ...others } = contenders

for (const [name, contender] of Object.entries(others)) {
  test(`${name}: reads, writes and adds up as offsets by hand do`, () => {
    const [expected, access] = [offsets.access(COUNT), contender.access(COUNT)]
    for (let pass = 0; pass < 3; pass++) assert.is(access(), expected())
    assert.is(contender.iterate(COUNT)(10, COUNT), offsets.iterate(COUNT)(10, COUNT))
    assert.ok(contender.make === undefined || contender.make(5)() > 0)
  })
}

test.run()
