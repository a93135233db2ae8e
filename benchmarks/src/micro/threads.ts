/** Paths of a thread that comes and goes, in a heap of its own. */

import { Heap } from '@hakmem/core'
import type { Path, StageOptions } from './stage.ts'

/** The name of the path that is promised to be short. */
export const ATTACH = 'attach'

/** Size classes in which the thread has blocks when it parks or detaches. */
const CLASSES = 8

export function comings(options: StageOptions): { paths: Path[]; home: Heap } {
  const home = Heap.create({ bytes: 64 * 2 ** 20, threads: 4, ...options })
  const { handle } = home
  let here = home
  const busy = () => {
    here = Heap.attach(handle)
    for (let k = 0; k < CLASSES; k++) here.free(here.malloc(16 << k))
  }

  const paths: Path[] = [
    {
      name: ATTACH,
      moves: {},
      before: () => here.detach(),
      run() {
        here = Heap.attach(handle)
      },
      after() {},
    },
    {
      name: `park with ${CLASSES} classes in use`,
      moves: { parks: 1, flushes: CLASSES },
      before: busy,
      run: () => here.park(),
      after() {},
    },
    {
      name: `detach with ${CLASSES} classes in use`,
      moves: { vacated: 1 },
      before: busy,
      run: () => here.detach(),
      after() {},
    },
  ]
  return { paths, home }
}
