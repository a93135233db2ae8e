/** Paths of blocks that no cache keeps, which are page runs. */

import type { Ptr } from '@hakmem/arena'
import type { Moves, Path, Stage } from './stage.ts'

const KiB = 1024
const LEAST = 2 * KiB * KiB
/** The strategy that retains, live blocks beside which it does (it may keep 2 % of them), and the one without it. */
const RETAINS = 'best fit, 2 % retained'
const RETAINING = 60
const DEFAULT = 'best fit'

export function larges(stage: Stage): Path[] {
  const { heap } = stage
  let block = 0 as Ptr
  const take = () => {
    block = heap.malloc(LEAST)
  }
  const give = () => {
    heap.free(block)
    block = 0 as Ptr
  }

  /** One call, with `others` live blocks, after `lead`. */
  const large = (name: string, moves: Moves, others: number, lead: () => void, run: () => void): Path => ({
    name,
    moves,
    before() {
      stage.clear()
      stage.kept = Array.from({ length: others }, () => heap.malloc(LEAST))
      lead()
    },
    run,
    after() {
      give()
      stage.clear()
    },
  })
  const nothing = () => {}
  /** Leaves free pages for what comes. */
  const spare = () => heap.free(heap.malloc(8 * KiB * KiB))
  const beside = large(
    'malloc 2 MiB, retained',
    { largeTaken: 1, largeRetained: 1, mallocs: 1 },
    RETAINING,
    () => {
      take()
      give()
    },
    take,
  )
  const retained: Path = {
    ...beside,
    before() {
      heap.pin({ strategy: RETAINS })
      beside.before()
    },
    after() {
      heap.pin({ strategy: DEFAULT })
      heap.unpin()
      beside.after()
    },
  }

  return [
    large('malloc 2 MiB from free pages', { largeTaken: 1, mallocs: 1 }, 1, spare, take),
    retained,
    large('free 2 MiB', { largeFreed: 1, freesLocal: 1 }, 1, take, give),
    large(
      'malloc 4 MiB of claimed extents',
      { largeTaken: 1, refillExtent: 4, mallocs: 1 },
      0,
      nothing,
      () => {
        block = heap.malloc(4 * KiB * KiB)
      },
    ),
    large(
      'calloc 256 KiB, used before',
      { mallocs: 1 },
      1,
      () => heap.free(heap.malloc(256 * KiB)),
      () => {
        block = heap.calloc(1, 256 * KiB)
      },
    ),
    large('realloc 2 to 4 MiB, in place', { largeGrown: 1, refillExtent: 2 }, 1, take, () => {
      block = heap.realloc(block, 4 * KiB * KiB)
    }),
  ]
}
