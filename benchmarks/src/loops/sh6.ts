/**
 * sh6: growing series of small sizes through a buffer of 10,000 pointers over the number of threads that were asked
 * for, in twice as many threads; `windows.ts` says what becomes of the blocks. The original runs 10,000 series over
 * that number; here a series follows the other for as long as a round lasts.
 */

import { alone } from './alone.ts'
import type { Kind, Sizes } from './kind.ts'
import { type Bursts, bindBursts, emptyBuffer, liveOf, noWindow } from './windows.ts'

type Sh6Shape = Sizes & {
  /** Pointers of all buffers of one half of the threads. */
  readonly slots: number
}

/** From a base that grows by a half and one, sizes halved down to 1: many blocks of the small, fewer of the others. */
function series(): Bursts {
  const sizes: number[] = []
  for (let base = 1; base < 1000; base = Math.floor((base * 3) / 2) + 1) {
    for (let size = base; size > 0; size >>>= 1) sizes.push(size)
  }
  return { sizes: Int32Array.from(sizes), counts: Int32Array.from(sizes, (size) => (size < 100 ? 250 : 50)) }
}

const bursts = series()
const onFull = () => {}
const placesOf = ({ slots }: Sh6Shape, threads: number) => Math.floor(slots / threads)

export const sh6: Kind<Sh6Shape> = {
  ...alone<Sh6Shape>({
    name: 'sh6',
    bind: (heap, lane) => bindBursts(heap, lane, bursts, onFull),
    single: false,
    fillsBlocks: true,
    empty: emptyBuffer,
    pointersPerLane: placesOf,
    live: (shape, threads) => liveOf(bursts, 2 * threads * placesOf(shape, threads)),
    idle: (shape) => ({ ...shape, slots: 500 }),
  }),
  lanes: (threads) => 2 * threads,
  seats: (threads) => 2 * threads,
  busy: (threads) => 2 * threads,
  prepare: (_, lane) => noWindow(lane),
}
