// Takes the place of `#ordering`: does as it does, counts what is done, and lets a test act right behind a mark.

import * as real from '../../arena/dist/ordering.js'

export * from '../../arena/dist/ordering.js'

export interface Recording {
  readonly counts: Record<string, number>
  /** Called behind the next mark, once. */
  afterMark?: (() => void) | undefined
}

const recording: Recording = { counts: {} }
Object.assign(globalThis, { recording })

function noted<F extends (...args: never[]) => unknown>(name: string, operation: F): F {
  const wrapped = (...args: Parameters<F>) => {
    recording.counts[name] = (recording.counts[name] ?? 0) + 1
    const result = operation(...args)
    const { afterMark } = recording
    if (name === 'mark' && afterMark !== undefined) {
      recording.afterMark = undefined
      afterMark()
    }
    return result
  }
  return wrapped as F
}

export const load = noted('load', real.load)
export const store = noted('store', real.store)
export const add = noted('add', real.add)
export const exchange = noted('exchange', real.exchange)
export const swap = noted('swap', real.swap)
export const peek = noted('peek', real.peek)
export const mark = noted('mark', real.mark)
export const seen = noted('seen', real.seen)
