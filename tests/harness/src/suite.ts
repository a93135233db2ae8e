// Suites as uvu has them, without uvu's traps: there a throwing `before` passes as 0 of 2, nothing
// has a timeout, and a handle left open hangs the run. Here every test and hook has a timeout and
// owns its workers, and the file counts for itself what was announced and what really passed.

import * as uvu from 'uvu'
import { type Counts, formatCounts } from './report.ts'
import { withWorkers } from './workers.ts'

export type Body = () => unknown

export interface TestOptions {
  /** Milliseconds until the test has failed; 30,000 unless told. */
  timeout?: number
}

interface Hook {
  (body: Body): void
  each(body: Body): void
}

export interface Suite {
  (name: string, body: Body, options?: TestOptions): void
  before: Hook
  after: Hook
  /** Queues the suite; its tests start once the file has been read to its end. */
  run(): void
}

const TIMEOUT = 30_000
/** How long the process may live on after its last suite before something counts as left open. */
const LINGER = 3_000

const counts: Counts = { registered: 0, passed: 0, brokenHooks: 0 }
let suitesLeft = 0

// Before uvu's own handler, which ends the process at once when the run was cut short.
process.prependListener('exit', () => {
  process.stdout.write(`\n${formatCounts(counts)}\n`)
  const whole = counts.registered > 0 && counts.passed === counts.registered && counts.brokenHooks === 0
  if (!whole) process.exitCode = 1
})

export function suite(name: string): Suite {
  const tests: { name: string; body: Body; timeout: number }[] = []
  const [before, after, beforeEach, afterEach]: Body[][] = [[], [], [], []]

  const add = (testName: string, body: Body, options: TestOptions = {}) => {
    counts.registered++
    tests.push({ name: testName, body, timeout: options.timeout ?? TIMEOUT })
  }

  const run = () => {
    const inner = uvu.suite(name)
    suitesLeft++

    // Between uvu's two hooks: a scope for the workers that `before` starts for the whole suite.
    let endSuite = () => {}
    let suiteEnded: Promise<unknown> = Promise.resolve()

    inner.before(async () => {
      await new Promise<void>((started) => {
        suiteEnded = withWorkers(() => {
          started()
          return new Promise<void>((resolve) => {
            endSuite = resolve
          })
        })
      })
      for (const body of before) await runHook('before', body)
    })

    for (const test of tests) {
      inner(test.name, async () => {
        await withWorkers(async (crashed) => {
          const limited = (body: Body) => limit(body, test.timeout, crashed)
          try {
            for (const body of beforeEach) await limited(body)
            await limited(test.body)
          } finally {
            for (const body of afterEach) await limited(body)
          }
        })
        counts.passed++
      })
    }

    inner.after(async () => {
      // uvu ends a suite on the first hook that throws, and says nothing: run them all.
      for (const body of after) await runHook('after', body).catch(() => {})
      endSuite()
      await suiteEnded
      // Only behind the last: a timer of an earlier suite may be due before the process can end by itself.
      if (--suitesLeft === 0) setTimeout(endIfIdle, LINGER).unref()
    })

    inner.run()
  }

  return Object.assign(add, {
    before: Object.assign((body: Body) => void before.push(body), {
      each: (body: Body) => void beforeEach.push(body),
    }),
    after: Object.assign((body: Body) => void after.push(body), {
      each: (body: Body) => void afterEach.push(body),
    }),
    run,
  })

  async function runHook(kind: string, body: Body): Promise<void> {
    try {
      await limit(body, TIMEOUT, new Promise(() => {}))
    } catch (error) {
      counts.brokenHooks++
      console.log(`\nthe ${kind} hook of "${name}" failed:`, error)
      throw error
    }
  }
}

/** Runs `body`, and fails when it takes too long or a worker crashes meanwhile. */
async function limit(body: Body, timeout: number, crashed: Promise<never>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished after ${timeout} ms`)), timeout)
  })
  try {
    await Promise.race([(async () => body())(), late, crashed])
  } catch (error) {
    // uvu can print nothing but an Error.
    throw error instanceof Error ? error : new Error(`thrown: ${String(error)}`)
  } finally {
    clearTimeout(timer)
  }
}

/** The process should have ended by itself by now: say what Node tells of what keeps it, and fail. */
function endIfIdle(): void {
  const open = process.getActiveResourcesInfo().join(', ')
  console.log(`\nstill running after the last test (a worker not started by startWorker?): ${open}`)
  process.exit(1)
}
