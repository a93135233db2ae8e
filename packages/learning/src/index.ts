/** @hakmem/learning: blocks of 64 KiB and more on an arena, placed by a strategy that may be learned. */

export { Large } from './large.ts'
export { beginLearning, type Knobs, knobsOf, type Pin, pin, unpin } from './policy.ts'
export { exportProfile, importProfile, type Profile } from './profile.ts'
export { type PolicyReport, report } from './report.ts'
export { DEFAULT_STRATEGY, FIRST_STRATEGY, STRATEGIES } from './strategies/index.ts'
export { Space, type Strategy } from './strategy.ts'
