/** @hakmem/interleave: deterministic threads for code that uses Atomics. */

export { drain } from './drain.ts'
export { explore, replay, sample } from './engine.ts'
export { type InterleaveCode, InterleaveError } from './errors.ts'
export { type LoadOptions, load, type Order, type Patch } from './load.ts'
export type { TypedArray } from './memory/shadow.ts'
export type * from './scenario.ts'
