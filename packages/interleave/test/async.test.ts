// Async functions and waitAsync in a schedule: one line with those that sleep, turns of an event loop, jobs as the host has
// them. Threads are generators written by hand, as the rewriting makes them.

import { assert, suite } from '@hakmem/testing'
import fc from 'fast-check'
import { explore, type Operation, replay, type Scenario, sample } from '../dist/index.js'
import * as $ from '../dist/runtime.js'
import type { End, ExploreOptions } from '../dist/scenario.js'

const test = suite('async functions and waitAsync')

type Words = Int32Array
type Steps<R = void> = Generator<unknown, R, number>
type Body = (words: Words) => Steps<unknown>

const fresh = (): Words => new Int32Array(new SharedArrayBuffer(64))

/** An async function. */
const async =
  (body: Body): Operation<Words> =>
  (words) =>
    $.task(body, undefined, [words])
/** A call of one in another one: its promise. */
const call = (words: Words, body: Body) => $.task(body, undefined, [words]) as Steps<unknown>

const load = (words: Words, at: number) => $.atomic('load', `load ${at}`, words, at)
const store = (words: Words, at: number, value: number) => $.atomic('store', `store ${at}`, words, at, value)
const add = (words: Words, at: number, value: number) => $.atomic('add', `add ${at}`, words, at, value)
const wait = (words: Words, at: number, value: number, timeout?: number) =>
  $.atomic('wait', `wait ${at}`, words, at, value, timeout)
const notify = (words: Words, at: number, count?: number) =>
  $.atomic('notify', `notify ${at}`, words, at, count)
const awaiting = (value: unknown) => $.awaiting('await', value)
/** `await Atomics.waitAsync(..).value` */
function* later(words: Words, at: number, value: number, timeout?: number): Steps<unknown> {
  const { value: promise } = yield* begin(words, at, value, timeout)
  return yield awaiting(promise)
}

/** `Atomics.waitAsync(..)` */
function* begin(words: Words, at: number, value: number, timeout?: number): Steps<Answer> {
  return (yield $.atomic('waitAsync', `waitAsync ${at}`, words, at, value, timeout)) as unknown as Answer
}

interface Answer {
  readonly async: boolean
  readonly value: unknown
}

const scenario = (parts: Partial<Scenario<Words>> & Pick<Scenario<Words>, 'threads'>): Scenario<Words> => ({
  name: 'test',
  setup: fresh,
  check() {},
  ...parts,
})

/** Everything that `tell` says at the end of any schedule. */
function all(
  parts: Parameters<typeof scenario>[0],
  tell: (words: Words, end: End) => string,
  options: ExploreOptions = {},
): string[] {
  const told = new Set<string>()
  const check = (words: Words, end: End) => void told.add(tell(words, end))
  const result = explore(scenario({ ...parts, check }), options)
  assert.is(result.failure, undefined, String(result.failure))
  assert.ok(result.complete)
  return [...told].sort()
}

const result = (end: End, thread: string): unknown => end.results[thread][0]?.returned
const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code

test('waitAsync answers at once when the value differs or the time is 0, and promises otherwise', () => {
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const differs = yield* begin(words, 0, 1)
          const isOver = yield* begin(words, 0, 0, 0)
          const waits = yield* begin(words, 0, 0, 5)
          return `${differs.async} ${differs.value} ${isOver.async} ${isOver.value} ${waits.async} ${yield awaiting(waits.value)}`
        }),
      },
    },
    (_, end) => String(result(end, 'a')),
  )
  assert.equal(told, ['false not-equal false timed-out true timed-out'])
})

test('who sleeps and who left a promise stand in one line, first come, first woken', () => {
  const parts = {
    threads: {
      a: async(function* (words: Words) {
        yield* later(words, 0, 0)
        return yield add(words, 1, 1)
      }),
      b: function* (words: Words): Steps<unknown> {
        yield wait(words, 0, 0)
        return yield add(words, 1, 1)
      },
      c: function* (words: Words): Steps {
        yield notify(words, 0, 1)
        yield store(words, 2, yield load(words, 1))
        yield store(words, 0, 1)
        yield notify(words, 0)
      },
    },
  }
  // Nobody switched away from: a, b, c come in any order, and c wakes the first of a and b.
  const told = all(parts, (_, end) => `${result(end, 'a')} ${result(end, 'b')}`, { preemptions: 0 })
  assert.equal(told, ['0 1', '1 0'])
  const order = (trace: string) => {
    const check = () => {
      throw new Error('to see the table')
    }
    const { failure } = replay(scenario({ ...parts, check }), trace)
    return failure?.rows.filter(({ operation }) => operation.startsWith('woken')).map(({ thread }) => thread)
  }
  assert.equal(order('a2b2c2'), ['a', 'b'])
  assert.equal(order('b2a2c2'), ['b', 'a'])
})

test('notify counts promises', () => {
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const one = yield* begin(words, 0, 0)
          const two = yield* begin(words, 0, 0)
          const woken = [yield notify(words, 0, 1), yield notify(words, 0), yield notify(words, 0)]
          return `${woken} ${yield awaiting(two.value)} ${yield awaiting(one.value)}`
        }),
      },
    },
    (_, end) => String(result(end, 'a')),
  )
  assert.equal(told, ['1,1,0 ok ok'])
})

test('a promise that is settled is no reason to interrupt its thread', () => {
  // b may wake the task of a at any time, and it goes on only where a awaits something.
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const other = yield* call(words, function* (words) {
            yield* later(words, 0, 0)
            yield add(words, 2, 10)
          })
          const seen = [yield add(words, 2, 1), yield add(words, 2, 1), yield load(words, 2)]
          yield awaiting(other)
          return `${seen} ${yield load(words, 2)}`
        }),
        b: function* (words: Words): Steps {
          yield store(words, 0, 1)
          yield notify(words, 0)
        },
      },
    },
    (_, end) => String(result(end, 'a')),
  )
  assert.equal(told, ['0,1,2 12'])
})

test('a promise times out only when its thread has nothing else to do, and can be woken until then', () => {
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const promise = yield* begin(words, 0, 0, 5)
          // Asleep: no job can run.
          yield wait(words, 1, 0)
          return yield awaiting(promise.value)
        }),
        b: function* (words: Words): Steps<unknown> {
          const woken = yield notify(words, 0)
          yield store(words, 1, 1)
          yield notify(words, 1)
          return woken
        },
      },
    },
    (_, end) => `${result(end, 'a')} ${result(end, 'b')}`,
  )
  assert.equal(told, ['ok 1', 'timed-out 0'])
})

test('each of several promises may time out first', () => {
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const order: number[] = []
          const task = (at: number): Body =>
            function* (words) {
              if ((yield* later(words, at, 0, 5)) === 'timed-out') order.push(at)
            }
          const promises = [yield* call(words, task(1)), yield* call(words, task(2))]
          for (const promise of promises) yield awaiting(promise)
          return order[0]
        }),
      },
    },
    (_, end) => String(result(end, 'a')),
  )
  assert.equal(told, ['1', '2'])
})

test('a lost wake-up of a promise is a deadlock, and the report says who waits where', () => {
  const parts = scenario({
    threads: {
      a: async(function* (words) {
        if ((yield load(words, 0)) === 0) yield* later(words, 1, 0)
      }),
      b: function* (words: Words): Steps {
        yield store(words, 0, 1)
        yield notify(words, 1)
      },
    },
  })
  const { failure } = explore(parts)
  assert.is(codeOf(failure?.error), 'DEADLOCK')
  assert.match(String(failure), /nobody will wake a at waitAsync 1 on Int32Array\[1\]/)
  assert.match(String(failure), /waitAsync.*0: waits/)
  assert.ok(replay(parts, failure?.trace ?? '').failure !== undefined)
  assert.ok(sample(parts, { schedules: 500 }).failure !== undefined, 'samples find it too')
})

test('a trace says which wait times out, and which turns are one', () => {
  const order = scenario({
    threads: {
      a: async(function* (words) {
        const order: number[] = []
        const task = (at: number): Body =>
          function* (words) {
            yield* later(words, at, 0, 5)
            order.push(at)
            yield awaiting(undefined)
            order.push(at)
          }
        const promises = [yield* call(words, task(1)), yield* call(words, task(2))]
        for (const promise of promises) yield awaiting(promise)
        throw new Error(order.join(''))
      }),
      b: function* (words: Words): Steps {
        yield notify(words, 1)
        yield notify(words, 2)
      },
    },
  })
  const threw = (trace: string) => /operation 0: (\d+)/.exec(String(replay(order, trace).failure))?.[1]
  assert.throws(() => replay(order, 'a3a~a~1'), /waits for no time/)
  assert.is(threw('a3a~1a'), '2211')
  assert.is(threw('a3a~a'), '1122')
  assert.is(threw('a3b3a'), '1122')
  assert.is(threw('a3b3a*'), '1212')
  assert.is(codeOf(explore(order).failure?.error), 'THREW')
  assert.throws(() => replay(order, 'a3a*'), /the trace does not fit/)
})

test('a thread that dies leaves the line, and takes along what it was woken for', () => {
  const waits = (words: Words) => later(words, 0, 0)
  const parts = {
    threads: {
      a: async(waits),
      b: async(function* (words) {
        yield store(words, 0, 1)
        yield store(words, 1, 1 + (yield notify(words, 0, 1)))
      }),
    },
    reaper: function* (words: Words): Steps {
      yield store(words, 0, 1)
      yield notify(words, 0)
    },
  }
  const told = all(
    { ...parts, threads: { ...parts.threads, b: parts.threads.b } },
    (words, end) => `${end.killed.map(({ thread }) => thread)} ${words[1]}`,
    { kills: 1, preemptions: 2 },
  ).filter((line) => line.startsWith('a'))
  assert.equal(told, ['a 1', 'a 2'])
})

test('what a task awaits rejects it, and is caught there', () => {
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const promise = yield* call(words, function* (words) {
            yield* later(words, 0, 0, 5)
            throw new Error('own')
          })
          try {
            yield awaiting(promise)
            return 'fine'
          } catch (error) {
            return (error as Error).message
          }
        }),
      },
    },
    (_, end) => String(result(end, 'a')),
  )
  assert.equal(told, ['own'])
})

test('an async operation that rejects has thrown', () => {
  const threads = {
    a: async(function* (words) {
      yield* later(words, 0, 0, 5)
      throw new Error('own')
    }),
  }
  const { failure } = explore(scenario({ threads }))
  assert.is(codeOf(failure?.error), 'THREW')
  assert.match(String(failure), /a threw in operation 0: own/)
  assert.ok(explore(scenario({ threads, mayThrow: (error) => (error as Error).message === 'own' })).complete)
})

test('a stack overflow rejects the promise of the task that it strikes in', () => {
  const told = all(
    {
      threads: {
        a: async(function* (words) {
          const promise = yield* call(words, function* (words) {
            yield* later(words, 0, 0, 5)
            if (--$.points.left === 0) yield $.point('struck')
          })
          let end = 'fine'
          try {
            yield awaiting(promise)
          } catch (error) {
            end = (error as Error).constructor.name
          }
          yield store(words, 1, 1)
          return end
        }),
      },
    },
    (_, end) => String(result(end, 'a')),
    { throws: 1 },
  )
  assert.equal(told, ['RangeError', 'fine'])
})

test('an operation ends when its promise is settled; what else its thread began goes on beside the next ones', () => {
  const told = all(
    {
      threads: {
        a: [
          async(function* (words) {
            yield* call(words, function* (words) {
              yield* later(words, 0, 0)
              yield add(words, 1, 10)
            })
          }),
          (words) => add(words, 1, 1) && undefined,
          async(function* (words) {
            yield* later(words, 2, 0)
          }),
        ],
        b: function* (words: Words): Steps {
          yield store(words, 0, 1)
          yield notify(words, 0)
          yield store(words, 2, 1)
          yield notify(words, 2)
        },
      },
    },
    (words) => String(words[1]),
  )
  // It may end before the task has gone on: then the task is dropped.
  assert.equal(told, ['0', '10'])
})

test('an overflow, a kill and a timeout of promises are the same with and without reductions', () => {
  // See `reductions.test.ts`, whose random programs wait asynchronously too.
  const parts = {
    threads: {
      a: async(function* (words: Words) {
        const one = yield* call(words, (words) => later(words, 0, 0, 5))
        const two = yield* call(words, (words) => later(words, 1, 0))
        return `${yield awaiting(two)} ${yield awaiting(one)}`
      }),
      b: function* (words: Words): Steps {
        yield notify(words, 0)
        yield store(words, 1, 1)
        yield notify(words, 1)
      },
    },
    reaper: (words: Words) => notify(words, 1) && undefined,
  }
  const told = (options: ExploreOptions) =>
    all(parts, (words, end) => `${words} ${result(end, 'a')} ${end.killed.map(({ thread }) => thread)}`, {
      ...options,
    })
  assert.equal(told({}), told({ stateCache: false, contendedOnly: false }))
})

test('promises of the host are refused, with the reason', () => {
  const refused = (parts: Partial<Scenario<Words>>) => {
    assert.throws(
      () => {
        const { failure } = explore(scenario({ threads: { a: () => undefined }, ...parts }))
        if (failure !== undefined) throw failure.error
      },
      (error: unknown) => codeOf(error) === 'HOST_PROMISE',
    )
  }
  refused({ threads: { a: () => Promise.resolve(1) } })
  refused({
    threads: {
      a: async(function* () {
        yield awaiting(Promise.resolve(1))
      }),
    },
  })
  refused({ check: async () => undefined })
  refused({ setup: (async () => fresh()) as never })
})

test('an async setup or check that waits for nobody is run to its end', () => {
  const { failure } = explore(
    scenario({
      threads: { a: () => undefined },
      check: async(function* (words) {
        const own = yield* call(words, function* (words) {
          yield store(words, 0, 7)
          return yield awaiting(yield load(words, 0))
        })
        throw new Error(`own ${yield awaiting(own)}`)
      }),
    }),
  )
  assert.match(String(failure), /own 7/)
})

// ---- against the host --------------------------------------------------------------------------------------------------

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
            (_, end) => String(result(end, 'a')),
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
