// Node loads each package as one file (`scripts/bundle.mjs`), bundlers its modules as tsc leaves them. V8 runs a hot path
// up to 4 times slower when its constants come from another module and are not folded; the sources are written so that
// this does not happen, and this test keeps them so.

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { assert, suite } from '@hakmem/testing'

const LOOP = fileURLToPath(new URL('./hot-loop.js', import.meta.url))
const ROUNDS = 9
/** Neither form may have less than this share of the other's speed. */
const LEAST = 0.7

function nanoseconds(...options: string[]): number {
  return Number(execFileSync(process.execPath, [...options, LOOP], { encoding: 'utf8' }))
}

const test = suite('packed speed')

test(
  'modules and a bundle are about as fast',
  () => {
    // Each round compares two runs next to each other in time, in turns which goes first: what
    // the machine does besides slows both alike.
    const ratios: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const first = round % 2 === 0
      const a = first ? nanoseconds('--conditions=module') : nanoseconds()
      const b = first ? nanoseconds() : nanoseconds('--conditions=module')
      ratios.push(first ? b / a : a / b)
    }
    const [ratio = Number.NaN] = ratios.sort((x, y) => x - y).slice(ROUNDS >> 1)
    console.log(`packed/modules: ${ratios.map((value) => value.toFixed(2)).join(' ')}`)
    assert.ok(ratio > LEAST, `modules have ${ratio.toFixed(2)} of the packed speed`)
    assert.ok(1 / ratio > LEAST, `the packed build has ${(1 / ratio).toFixed(2)} of the modules' speed`)
  },
  { timeout: 120_000 },
)

test.run()
