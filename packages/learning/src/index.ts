/** @hakmem/learning: blocks of 64 KiB and more on an arena, placed by a policy. */

export { Large } from './large.ts'
export { bestFit, type Policy } from './policy.ts'
