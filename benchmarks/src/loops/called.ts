/**
 * tiny-hot-called and random-mixed-called: the loops of these workloads as a program of several modules has them. One
 * module exports malloc and free (`app.ts`), three others call them, in turn. V8 then sees each of these functions
 * called from three places that it compiles apart, not one loop with all in it. The twin in C calls functions of its own
 * that are not inlined.
 *
 * The three are the module of the loop itself, loaded three times.
 */

import { sampleLoop } from '../contender/sample.ts'
import type { Mallocs } from '../peers/allocator.ts'
import { runAlone } from './alone.ts'
import { free, malloc, use } from './app.ts'
import { apart, type Bind, type Kind, type Loop, type Shape } from './kind.ts'
import { tinyHot } from './tiny-hot.ts'
import { toggle } from './toggle.ts'

const USERS = [1, 2, 3]

interface User<S extends Shape> {
  readonly bind: Bind<S, Mallocs>
}

/** The same as `kind`, whose loop the `bind` of the module `file` makes. */
async function called<S extends Shape>(kind: Kind<S>, file: string): Promise<Kind<S>> {
  const users: User<S>[] = await Promise.all(USERS.map((user) => import(`${file}?user=${user}`)))
  return {
    ...kind,
    name: `${kind.name}-called`,
    sit: (part) => {
      const lane = part.lane(part.seat)
      use(part.heap)
      const app: Mallocs = { U8: part.heap.U8, malloc, free }
      const loops = users.map(({ bind }) => bind(app, lane, part.shape))
      const loop: Loop = (operations) => {
        const share = Math.ceil(operations / loops.length)
        let done = 0
        for (const user of loops) {
          if (done < operations) done += apart(user, Math.min(share, operations - done))
        }
        return done
      }
      return {
        ...kind.sit(part),
        run: (task) => runAlone(part, task, loop),
        sample: (task) => sampleLoop(lane, loop, task),
      }
    },
  }
}

export const tinyHotCalled = await called(tinyHot, './tiny-hot.js')
export const toggleCalled = await called(toggle, './toggle.js')
