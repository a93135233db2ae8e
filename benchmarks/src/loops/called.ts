/**
 * tiny-hot-called and random-mixed-called: the loops of these workloads as a program of several modules has them. One
 * module exports malloc and free (`app.ts`), three others call them, in turn. V8 then sees each of these functions
 * called from three places that it compiles apart, not one loop with all in it. The twin in C calls functions of its own
 * that are not inlined.
 *
 * The three are the module of the loop itself, loaded three times.
 */

import { sampleSteps } from '../contender/sample.ts'
import type { Mallocs } from '../peers/allocator.ts'
import { runAlone } from './alone.ts'
import { free, malloc, use } from './app.ts'
import type { Lane } from './board.ts'
import { apart, type Kind, type Shape, type Step } from './kind.ts'
import { tinyHot } from './tiny-hot.ts'
import { toggle } from './toggle.ts'

const USERS = [1, 2, 3]

interface User<S extends Shape> {
  step(heap: Mallocs, lane: Lane, operations: number, shape: S): number
}

/** The same as `kind`, whose loop is the `step` of the module `file`. */
async function called<S extends Shape>(kind: Kind<S>, file: string): Promise<Kind<S>> {
  const users: User<S>[] = await Promise.all(USERS.map((user) => import(`${file}?user=${user}`)))
  const step: Step<S> = (heap, lane, operations, shape) => {
    use(heap)
    const app: Mallocs = { U8: heap.U8, malloc, free }
    const share = Math.ceil(operations / users.length)
    let done = 0
    for (const user of users) {
      if (done < operations) done += apart(user.step, app, lane, Math.min(share, operations - done), shape)
    }
    return done
  }
  return {
    ...kind,
    name: `${kind.name}-called`,
    run: (part, task) => runAlone(part, task, step),
    ...(kind.sample && { sample: (part, task) => sampleSteps(part, part.lane(part.seat), step, task) }),
  }
}

export const tinyHotCalled = await called(tinyHot, './tiny-hot.js')
export const toggleCalled = await called(toggle, './toggle.js')
