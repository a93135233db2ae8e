// What a test file imports: suites with timeouts, assertions, and workers that never outlive a test.

export * as assert from 'uvu/assert'
export { type Body, type Suite, suite, type TestOptions } from './suite.ts'
export { nextMessage, startWorker, workerModule } from './workers.ts'
