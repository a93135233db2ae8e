// Random tasks of one thread, explored and run by the host: it sees one of the courses that were explored.

import { assert, suite } from '@hakmem/testing'
import fc from 'fast-check'
import * as $ from '../../dist/runtime.js'
import { awaiting, begin, later } from './tasks.ts'
import { all, fresh, notify, returned, type Steps, type Words } from './threads.ts'

const test = suite('jobs of an event loop')

type Action =
  | { readonly do: 'await' }
  | { readonly do: 'later'; readonly at: number; readonly value: number }
  | { readonly do: 'notify'; readonly at: number; readonly count: number }
  | { readonly do: 'start' | 'return' | 'throw'; readonly task: number }

const PLACES = 3
const TASKS = 4
/** A place of its own: to be woken there is a turn of the event loop. */
const TURN_AT = 7

/** Tasks that call those of higher numbers, as data; `log` gets what they see. */
function* runTask(
  words: Words,
  tasks: readonly (readonly Action[])[],
  k: number,
  log: string[],
): Steps<unknown> {
  const calls = (n: number) => $.task(runTask, undefined, [words, tasks, n, log]) as Steps<unknown>
  for (const [n, action] of tasks[k].entries()) {
    if (action.do === 'await') yield awaiting(n)
    else if (action.do === 'later') log.push(`${yield* later(words, action.at, action.value)}`)
    else if (action.do === 'notify') log.push(`${yield notify(words, action.at, action.count)}`)
    else if (action.do === 'throw') {
      try {
        if (action.task > k) yield awaiting(yield* calls(action.task))
        throw new Error('own')
      } catch (error) {
        log.push((error as Error).message)
        if (action.task === k) throw error
      }
    } else if (action.task > k) {
      const promise = yield* calls(action.task)
      if (action.do === 'return') return promise
    }
    log.push(`${k}.${n}`)
  }
  return k
}

/** Starts the first task, and wakes everybody again and again until nobody is left. */
function* wakeAll(words: Words, tasks: readonly (readonly Action[])[], log: string[]): Steps<string> {
  yield* $.task(runTask, undefined, [words, tasks, 0, log]) as Steps<unknown>
  let woken = 1
  for (let round = 0; round < 20 || woken > 0; round++) {
    woken = 0
    for (let at = 0; at < PLACES; at++) woken += yield notify(words, at)
    const answer = yield* begin(words, TURN_AT, 0)
    yield notify(words, TURN_AT)
    yield awaiting(answer.value)
    log.push('turn')
  }
  return log.join(' ')
}

const action = fc.oneof(
  fc.constant<Action>({ do: 'await' }),
  fc.record({ do: fc.constant('later' as const), at: fc.nat(PLACES - 1), value: fc.nat({ max: 1 }) }),
  fc.record({ do: fc.constant('notify' as const), at: fc.nat(PLACES - 1), count: fc.nat(2) }),
  fc.record({
    do: fc.constantFrom('start' as const, 'return' as const, 'throw' as const),
    task: fc.nat(TASKS - 1),
  }),
)

// The host tells of promises that are rejected and that nobody awaits; here that is meant.
process.on('unhandledRejection', () => undefined)

test(
  'what tasks of one thread see and do in which order is what the host makes of them',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(action, { maxLength: 6 }), { minLength: TASKS, maxLength: TASKS }),
        async (tasks) => {
          const log: string[] = []
          // Outside of scenarios a task is run by the host.
          const host = await ($.drain($.task(wakeAll, undefined, [fresh(), tasks, log])) as Promise<string>)
          const told = all(
            {
              threads: {
                a: (words) => $.task(wakeAll, undefined, [words, tasks, []]),
              },
            },
            {},
            (_, end) => String(returned(end, 'a')),
          )
          assert.ok(told.includes(host), `${host}\nis none of\n${told.join('\n')}`)
        },
      ),
      { numRuns: 300, seed: 1 },
    )
  },
  { timeout: 60_000 },
)

test.run()
