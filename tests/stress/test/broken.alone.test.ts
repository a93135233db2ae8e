// The stress run finds what is broken on purpose: one line of the allocator at a time.

import { assert, suite } from '@hakmem/testing'
import { runStress } from './run.ts'

const test = suite('a stress run of a broken heap')

/** What is broken, and what the run says then. */
const BROKEN: [mutant: string, says: RegExp][] = [
  ['a reaper leaves extents behind', /does not fit|audit|not live|live, nobody|damaged/],
  ['a reaper names no suspects', /live, nobody knows it, and it is no suspect/],
  ['a remote free does nothing', /live, nobody knows it, and it is no suspect/],
]

for (const [mutant, says] of BROKEN) {
  test(
    `finds that ${mutant}`,
    () => {
      const hook = new URL('./broken.register.js', import.meta.url)
      hook.searchParams.set('mutant', mutant)
      const args = ['--seconds', '30', '--calm', '0', '--until', '150,0']
      const { status, output } = runStress(args, ['--conditions=module', '--import', hook.href])
      assert.is(status, 1, output)
      assert.match(output, says)
    },
    { timeout: 70_000 },
  )
}

test.run()
