/** @hakmem/fuzz: the fuzzers of the heap, for the tests and for the command (`cli.ts`). */

export { fuzzCalls } from './api.ts'
export { fuzzCoverage } from './coverage.ts'
export type { Budget, Finding, Report } from './findings.ts'
export { fuzzMetadata } from './metadata.ts'
