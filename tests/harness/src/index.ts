// What a test file imports: suites with timeouts, assertions, and workers that never outlive a test.

export * as assert from 'uvu/assert'
export { notTested } from './report.ts'
export { type Body, type Suite, suite, type TestOptions } from './suite.ts'
export { codeOf, thrownBy, untyped } from './thrown.ts'
export { nextMessage, startWorker, workerModule } from './workers.ts'
