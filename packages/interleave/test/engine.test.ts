// What a schedule can contain: steps, kills, throws, waits, delayed stores; and how each way of failing is told.
// Threads are generators written by hand, as the rewriting makes them.

import { assert, suite } from '@hakmem/testing'
import { explore, InterleaveError, type Operation, replay, type Scenario, sample } from '../dist/index.js'
import * as $ from '../dist/runtime.js'

const test = suite('engine')

type Words = Int32Array
type Body = (words: Words) => Generator<unknown, unknown, number>
type Steps<R = void> = Generator<unknown, R, number>
type Parts = Partial<Scenario<Words>> & Pick<Scenario<Words>, 'threads'>

const fresh = (): Words => new Int32Array(new SharedArrayBuffer(32))

const scenario = (parts: Parts): Scenario<Words> => ({ name: 'test', setup: fresh, check() {}, ...parts })

const load = (words: Words, at: number) => $.atomic('load', `load ${at}`, words, at)
const store = (words: Words, at: number, value: number) => $.atomic('store', `store ${at}`, words, at, value)
const add = (words: Words, at: number, value: number) => $.atomic('add', `add ${at}`, words, at, value)
const mark = (words: Words, at: number, value: number) =>
  $.plain('store', 'release', `mark ${at}`, words, at, value)
const seen = (words: Words, at: number) => $.plain('load', 'acquire', `seen ${at}`, words, at)
const wait = (words: Words, at: number, value: number, timeout?: number) =>
  $.atomic('wait', `wait ${at}`, words, at, value, timeout)
const notify = (words: Words, at: number, count?: number) =>
  $.atomic('notify', `notify ${at}`, words, at, count)
const here = function* (): Generator<unknown, void, number> {
  if (--$.points.left === 0) yield $.point('here')
}

/** Everything that `tell` says at the end of any schedule. */
function all(
  parts: Parts,
  options: Parameters<typeof explore>[1],
  tell: (words: Words, end: Parameters<Scenario<Words>['check']>[1]) => string,
): string[] {
  const told = new Set<string>()
  const result = explore(
    scenario({
      ...parts,
      check(words, end) {
        told.add(tell(words, end))
      },
    }),
    options,
  )
  assert.is(result.failure, undefined, String(result.failure))
  assert.ok(result.complete)
  return [...told].sort()
}

const codeOf = (error: unknown): string | undefined => (error as { code?: string } | undefined)?.code

const messageOf = (error: unknown): string => (error as Error | undefined)?.message ?? ''

const returned = (end: Parameters<Scenario<Words>['check']>[1], thread: string): unknown =>
  end.results[thread][0]?.returned

// ---- switches --------------------------------------------------------------------------------------------------------------

const increment: Body = function* (words) {
  const value = yield load(words, 0)
  yield store(words, 0, value + 1)
}

const lostUpdate = scenario({
  name: 'lost update',
  threads: { a: increment, b: increment },
  check(words) {
    if (words[0] !== 2) throw new Error(`${words[0]} of 2 updates`)
  },
})

test('an update is lost with one preemption, and with none it is not', () => {
  assert.ok(explore(lostUpdate, { preemptions: 0 }).complete)
  const { failure, complete } = explore(lostUpdate)
  assert.is(messageOf(failure?.error), '1 of 2 updates')
  assert.is(failure?.preemptions, 1)
  assert.not(complete)
})

test('a bound of n preemptions allows n switches away from a thread that could go on, and no more', () => {
  const twice: Body = function* (words) {
    for (let n = 0; n < 3; n++) words[1] = Math.max(words[1], yield add(words, 0, 1))
  }
  // b must get in between both pairs of the three adds of a.
  const parts = {
    threads: {
      a: function* (words: Words): Generator<unknown, string, number> {
        const got = [yield add(words, 0, 1), yield add(words, 0, 1), yield add(words, 0, 1)]
        return got.join()
      },
      b: twice,
    },
  }
  const split = (preemptions: number) =>
    all(parts, { preemptions }, (_, end) => String(returned(end, 'a'))).some((got) =>
      /^0,(2,4|2,5|3,5)$/.test(got),
    )
  assert.not(split(1))
  assert.not(split(2))
  assert.ok(split(3))
})

test('setup sees the same memory in every schedule, and what was written is undone at the end', () => {
  const words = new Int32Array(new SharedArrayBuffer(8))
  words[1] = 7
  const seenBySetup = new Set<number>()
  const parts: Scenario<Words> = {
    name: 'undo',
    setup() {
      seenBySetup.add(words[0])
      $.set(words, 0, words[0] + 5)
      return words
    },
    threads: {
      a: function* (w) {
        yield add(w, 0, 1)
        $.method(w, 'fill', '', 9, 1)
      },
      b: function* (w) {
        yield add(w, 0, 1)
      },
    },
    check(w) {
      if (w[0] !== 7 || w[1] !== 9) throw new Error(`${w}`)
    },
  }
  for (const reuse of [false, true]) {
    const result = explore({ ...parts, reuse })
    assert.ok(result.complete, String(result.failure))
    assert.ok(result.schedules > 2)
    assert.equal([...seenBySetup], [0])
    assert.equal([...words], [0, 7])
  }
})

test('methods of arrays are undone, and what they read is part of what a thread has seen', () => {
  const words = new Int32Array(new SharedArrayBuffer(32))
  const bytes = new Uint8Array(words.buffer)
  words.set([1, 2, 3])
  const told = new Set<string>()
  const result = explore({
    name: 'methods',
    setup: () => words,
    threads: {
      a: function* (w): Steps {
        yield add(w, 6, 1)
        $.method(bytes, 'fill', '', 7, -3)
        $.method(w, 'copyWithin', '', 3, 0, 2)
        $.method(w, 'set', '', w.subarray(0, 2), 1)
        yield add(w, 6, 1)
      },
      b: function* (w): Steps<unknown> {
        yield load(w, 6)
        const all = $.method(w, 'join', '')
        // Without what the join has read these two would be one state.
        yield load(w, 5)
        return all
      },
    },
    check(w, { results }) {
      told.add(String(results.b[0]?.returned))
      if (w.join() !== '1,1,2,1,2,0,2,117901056') throw new Error(w.join())
    },
  })
  assert.ok(result.complete, String(result.failure))
  assert.equal([...told].sort(), ['1,1,2,1,2,0,1,117901056', '1,1,2,1,2,0,2,117901056', '1,2,3,0,0,0,0,0'])
  assert.is(words.join(), '1,2,3,0,0,0,0,0')
})

test('a spin lock is explored, although whoever waits for it could spin for ever', () => {
  const locked: Body = function* (words) {
    while ((yield $.atomic('compareExchange', 'lock', words, 0, 0, 1)) !== 0) yield* here()
    const value = $.get(words, 1) as number
    yield load(words, 2)
    $.set(words, 1, value + 1)
    yield store(words, 0, 0)
  }
  assert.equal(
    all({ threads: { a: locked, b: locked } }, { preemptions: 2 }, (words) => String(words[1])),
    ['2'],
  )
})

/** Looks at word 0 up to `most` times; how often it looked in vain, and the order in which it then came to word 2. */
const looks = (most: number) =>
  function* (words: Words): Steps<string> {
    let vain = 0
    while (vain < most && (yield load(words, 0)) === 0) vain++
    return `${vain} ${yield add(words, 2, 1)}`
  }

test('a loop that gives up does so while others stand still, at the price of a preemption', () => {
  const parts: Parts = {
    threads: {
      a: looks(4),
      b: function* (words): Steps {
        yield store(words, 0, 1)
      },
    },
  }
  const told = (preemptions: number) => all(parts, { preemptions }, (_, end) => String(returned(end, 'a')))
  assert.equal(told(0), ['0 0', '3 0'])
  assert.ok(told(1).includes('4 0'))
})

test('a loop gives up before a wait of another times out', () => {
  const told = all(
    {
      threads: {
        a: looks(4),
        b: function* (words): Steps {
          yield wait(words, 1, 0, 10)
          yield store(words, 0, 1)
        },
      },
    },
    { preemptions: 1 },
    (_, end) => String(returned(end, 'a')),
  )
  assert.ok(told.includes('4 0'))
})

test('a wait that times out in an empty loop is no livelock while others can go on', () => {
  const told = all(
    {
      threads: {
        a: function* (words): Generator<unknown, string, unknown> {
          let last: unknown
          do last = yield wait(words, 0, 0, 10)
          while (last === 'timed-out')
          return String(last)
        },
        b: function* (words): Steps {
          yield store(words, 0, 1)
          yield notify(words, 0)
        },
      },
    } as Parts,
    {},
    (_, end) => String(returned(end, 'a')),
  )
  assert.equal(told, ['not-equal', 'ok'])
})

test('who spins is free to go on as soon as something has changed', () => {
  const told = all(
    {
      threads: {
        a: looks(9),
        b: function* (words): Steps {
          yield store(words, 0, 1)
        },
        c: function* (words): Steps<unknown> {
          return yield add(words, 2, 1)
        },
      },
    },
    { preemptions: 0 },
    (_, end) => `${returned(end, 'a')} ${returned(end, 'c')}`,
  )
  assert.ok(told.includes('3 0 1'))
  assert.ok(told.includes('3 1 0'))
})

// ---- kills -----------------------------------------------------------------------------------------------------------------

/** Writes 1, 2, 3 to word 0: by a step, plainly behind a local point, and by a step. */
const three: Body = function* (words) {
  yield store(words, 0, 1)
  yield* here()
  yield* here()
  $.set(words, 0, 2)
  yield* here()
  yield* here()
  yield store(words, 0, 3)
}

test('a thread is killed in every state that it leaves behind', () => {
  const killedAt = all(
    { threads: { a: three } },
    { kills: 1 },
    (words, { killed, results }) =>
      `${words[0]} ${killed.map(({ operation }) => operation)} ${results.a[0] !== undefined}`,
  )
  // No kill; one at the end; one in the operation, at each value; one before it.
  assert.equal(killedAt, ['0 0 false', '1 0 false', '2 0 false', '3  true', '3 0 false', '3 1 true'])
})

test('a killed thread runs no finally, and its reaper runs, once', () => {
  let unwound = 0
  const body: Body = function* (words) {
    try {
      yield store(words, 0, 1)
      yield store(words, 0, 2)
    } finally {
      if ((yield load(words, 0)) < 2) unwound++
    }
  }
  const reaped = all(
    {
      threads: { a: body },
      reaper: function* (words, dead, nth): Generator {
        yield store(words, 1, dead === 'a' ? nth : -1)
      },
    },
    { kills: 1 },
    (words, { killed }) => `${killed.length} ${words[1]}`,
  )
  assert.equal(reaped, ['0 0', '1 1'])
  assert.is(unwound, 0)
})

test('a reaper is killed at each of its steps, and the next one is told so', () => {
  const told = all(
    {
      threads: {
        a: function* (words) {
          yield store(words, 0, 1)
        },
      },
      reaper: function* (words, dead, nth): Generator {
        yield store(words, nth, 1)
        yield store(words, nth, dead.length)
      },
    },
    { kills: 2 },
    (words, { killed }) => `${killed.map(({ thread }) => thread)} ${[words[1], words[2]]}`,
  )
  assert.equal(told, [' 0,0', 'a 1,0', 'a,reaper 0,6', 'a,reaper 1,6'])
})

test('a second kill strikes no second worker', () => {
  const body: Body = function* (words) {
    yield add(words, 0, 1)
  }
  const told = all({ threads: { a: body, b: body } }, { kills: 2 }, (_, { killed }) => String(killed.length))
  assert.equal(told, ['0', '1'])
})

test('a thread that has been woken, but not run, can be killed: its wake-up is lost', () => {
  const sleeper: Body = function* (words) {
    yield wait(words, 0, 0)
  }
  const { failure } = explore(
    scenario({
      threads: {
        a: sleeper,
        b: sleeper,
        c: function* (words): Steps {
          yield store(words, 1, 1)
          while ((yield notify(words, 0, 1)) === 0) yield $.atomic('pause', 'pause')
        },
      },
      // Whoever ends passes the wake-up on; the dead cannot.
      reaper: function* (): Generator {},
    }),
    { kills: 1, preemptions: 1 },
  )
  assert.is(codeOf(failure?.error), 'DEADLOCK')
})

test('a mutex without recovery deadlocks when its holder dies, and the report says who waits where', () => {
  const locked: Body = function* (words) {
    while ((yield $.atomic('exchange', 'lock', words, 0, 1)) !== 0) yield wait(words, 0, 1)
    yield store(words, 0, 0)
    yield notify(words, 0, 1)
  }
  const parts = scenario({ name: 'mutex', threads: { a: locked, b: locked } })
  assert.ok(explore(parts).complete)
  const { failure } = explore(parts, { kills: 1 })
  assert.is(codeOf(failure?.error), 'DEADLOCK')
  assert.match(messageOf(failure?.error), /nobody will wake [ab] at wait 0/)
})

// ---- throws ------------------------------------------------------------------------------------------------------------------

test('a stack overflow strikes at every local point, can be caught, and the thread goes on', () => {
  const body: Body = function* (words) {
    yield* here()
    yield store(words, 0, 1)
    try {
      yield* here()
      yield store(words, 0, 2)
    } catch (error) {
      yield store(words, 1, error instanceof RangeError ? 1 : 2)
    } finally {
      yield store(words, 2, 1)
    }
    yield* here()
    return 'end'
  }
  const told = all(
    {
      threads: {
        a: [
          body,
          function* (words) {
            yield store(words, 3, 1)
          },
        ],
      },
    },
    { throws: 1 },
    (words, { results, thrown }) => {
      const [first] = results.a
      return `${words.subarray(0, 4)} ${first?.returned ?? first?.injected} ${thrown.length}`
    },
  )
  assert.equal(told, ['0,0,0,1 true 1', '1,1,1,1 end 1', '2,0,1,1 end 0', '2,0,1,1 true 1'])
})

test('an operation that throws is a failure, unless the scenario says that it may', () => {
  const parts = {
    threads: {
      a: [
        function* (words: Words): Steps<unknown> {
          yield store(words, 0, 1)
          throw new TypeError('odd')
        },
        function* (words: Words): Steps {
          yield store(words, 1, 1)
        },
      ],
    },
  }
  const { failure } = explore(scenario(parts))
  assert.is(codeOf(failure?.error), 'THREW')
  assert.match(messageOf(failure?.error), /a threw in operation 0: odd/)
  const may = { ...parts, mayThrow: (error: unknown) => error instanceof TypeError }
  assert.equal(
    all(
      may,
      {},
      (words, { results }) => `${words[1]} ${messageOf(results.a[0]?.threw)} ${results.a[0]?.injected}`,
    ),
    ['1 odd false'],
  )
})

// ---- waits -------------------------------------------------------------------------------------------------------------------

test('wait answers at once when the value differs or the time is 0, and waits otherwise', () => {
  const told = all(
    {
      threads: {
        a: function* (words): Generator<unknown, string, unknown> {
          return `${yield wait(words, 0, 1)} ${yield wait(words, 0, 0, 0)} ${yield wait(words, 0, 0, 10)}`
        },
      },
    } as Parts,
    {},
    (_, end) => String(returned(end, 'a')),
  )
  assert.equal(told, ['not-equal timed-out timed-out'])
})

test('notify wakes those that came first, as many as it says', () => {
  const sleeper: Body = function* (words) {
    const before = yield add(words, 1, 1)
    const answer: unknown = yield wait(words, 0, 0, 10)
    return `${before}${answer}`
  }
  const told = all(
    {
      threads: {
        a: sleeper,
        b: sleeper,
        c: function* (words): Steps<number> {
          return yield notify(words, 0, 1)
        },
      },
    },
    { preemptions: 1 },
    (_, end) => `${[returned(end, 'a'), returned(end, 'b')].sort().join(' ')} ${returned(end, 'c')}`,
  )
  // Never does the second that came to wait get the only wake-up while the first times out unwoken, unless the first had
  // timed out before, or was switched away from between its add and its wait.
  assert.ok(told.includes('0ok 1timed-out 1'))
  assert.ok(told.includes('0timed-out 1timed-out 0'))
  assert.not(told.some((line) => line.includes('0ok 1ok')))
  for (const line of told) assert.is(line.endsWith('1'), line.includes('ok'), line)
})

test('first come, first woken, with nobody switched away from', () => {
  const sleeper: Body = function* (words) {
    yield wait(words, 0, 0)
    return yield add(words, 1, 1)
  }
  const waker: Body = function* (words) {
    while ((yield load(words, 2)) !== 2) yield $.atomic('pause', 'pause')
    yield notify(words, 0, 1)
    while ((yield load(words, 1)) !== 1) yield $.atomic('pause', 'pause')
    yield notify(words, 0)
  }
  const arrive = (mine: number): Body =>
    function* (words) {
      while ((yield load(words, 2)) !== mine) yield $.atomic('pause', 'pause')
      yield add(words, 2, 1)
      return yield* sleeper(words) as Generator<unknown, number, number>
    }
  const told = all(
    { threads: { a: arrive(0), b: arrive(1), c: waker } },
    { preemptions: 0 },
    (_, end) => `${returned(end, 'a')} ${returned(end, 'b')}`,
  )
  assert.equal(told, ['0 1'])
})

test('a wait that polls times out again and again, but starves nobody', () => {
  const told = all(
    {
      threads: {
        a: function* (words): Steps<string> {
          const got = []
          while (got.at(-1) !== 3) {
            yield wait(words, 0, 0, 10)
            got.push(yield load(words, 1))
          }
          return got.join('')
        },
        b: function* (words): Steps {
          for (let n = 1; n <= 3; n++) yield store(words, 1, n)
        },
      },
    },
    { preemptions: 2 },
    (_, end) => String(returned(end, 'a')),
  )
  // With two switches away from b it sees two of its stores on the way.
  for (const seen of ['3', '03', '13', '23', '123', '0123'])
    assert.ok(told.includes(seen), `${seen} of ${told}`)
})

test('a wake-up that comes before its wait is lost', () => {
  const { failure } = explore(
    scenario({
      threads: {
        a: function* (words) {
          yield wait(words, 0, 0)
        },
        b: function* (words) {
          yield notify(words, 0)
        },
      },
    }),
  )
  assert.is(codeOf(failure?.error), 'DEADLOCK')
})

test('two threads that each wait for the other to move are a livelock', () => {
  const after: Body = function* (words) {
    while ((yield load(words, 0)) === 0) yield* here()
  }
  const { failure } = explore(scenario({ threads: { a: after, b: after } }), { maxSteps: 200, shrink: false })
  assert.is(codeOf(failure?.error), 'LIVELOCK')
  assert.match(messageOf(failure?.error), /no end after 200 steps: a at load 0, b at load 0/)
})

test('a loop without a shared step is told too', () => {
  const { failure } = explore(
    scenario({
      threads: {
        a: function* () {
          for (;;) yield* here()
        },
      },
    }),
    { shrink: false },
  )
  assert.match(messageOf(failure?.error), /a runs on at here without a shared step/)
})

// ---- delayed stores --------------------------------------------------------------------------------------------------------

/** Dekker's: each stores to its own word and then reads the other's. */
const dekker = (write: typeof store): Parts => {
  const body = (mine: number): Body =>
    function* (words) {
      yield write(words, mine, 1)
      return yield load(words, 1 - mine)
    }
  return { threads: { a: body(0), b: body(1) } }
}
const both = (_: Words, end: Parameters<Scenario<Words>['check']>[1]) =>
  `${returned(end, 'a')}${returned(end, 'b')}`

test('a release store may be passed by a later load, an Atomics store may not', () => {
  assert.equal(all(dekker(mark), {}, both), ['00', '01', '10', '11'])
  assert.equal(all(dekker(mark), { storeBuffers: false }, both), ['01', '10', '11'])
  assert.equal(all(dekker(store), {}, both), ['01', '10', '11'])
})

test('a read-modify-write of any word lets delayed stores land first', () => {
  const fenced = (words: Words, at: number, value: number) => mark(words, at, value)
  const body = (mine: number): Body =>
    function* (words) {
      yield fenced(words, mine, 1)
      yield add(words, 5 + mine, 1)
      return yield load(words, 1 - mine)
    }
  assert.equal(all({ threads: { a: body(0), b: body(1) } }, {}, both), ['01', '10', '11'])
})

test('release stores land in order, unordered ones in any', () => {
  const pass = (order: 'release' | 'unordered'): Parts => ({
    threads: {
      a: function* (words) {
        yield $.plain('store', 'unordered', 'put', words, 0, 1)
        yield $.plain('store', order, 'publish', words, 1, 1)
      },
      b: function* (words): Generator<unknown, string, number> {
        const flag = yield seen(words, 1)
        return `${flag}${yield seen(words, 0)}`
      },
    },
  })
  const told = (_: Words, end: Parameters<Scenario<Words>['check']>[1]) => String(returned(end, 'b'))
  assert.equal(all(pass('release'), {}, told), ['00', '01', '11'])
  assert.equal(all(pass('unordered'), {}, told), ['00', '01', '10', '11'])
})

test('a store to the place of a release store lands behind it, and so behind what that stands behind', () => {
  const told = all(
    {
      threads: {
        a: function* (words) {
          yield $.plain('store', 'unordered', 'put', words, 0, 1)
          yield mark(words, 1, 1)
          yield $.plain('store', 'unordered', 'put', words, 1, 2)
        },
        b: function* (words): Steps<string> {
          return `${yield seen(words, 1)}${yield seen(words, 0)}`
        },
      },
    },
    {},
    (_, end) => String(returned(end, 'b')),
  )
  assert.equal(told, ['00', '01', '11', '21'])
})

test('a thread sees its own delayed stores at once, through views of any width', () => {
  const bytes = (words: Words) => new Uint8Array(words.buffer)
  const told = all(
    {
      threads: {
        a: function* (words): Generator<unknown, string, number> {
          yield mark(words, 0, 300)
          const whole = yield load(words, 0)
          return `${whole} ${$.get(words, 0)} ${$.get(bytes(words), 0)}`
        },
        b: function* (words) {
          yield load(words, 0)
        },
      },
    },
    {},
    (words, end) => `${returned(end, 'a')} ${words[0]}`,
  )
  assert.equal(told, ['300 300 44 300'])
})

test('the delayed store of a killed thread lands all the same, and before its reaper starts', () => {
  const told = all(
    {
      threads: {
        a: function* (words) {
          yield mark(words, 0, 1)
          yield load(words, 3)
        },
        b: function* (words): Steps<number> {
          return yield seen(words, 0)
        },
      },
      reaper: function* (words, dead): Generator<unknown, void, number> {
        yield store(words, 1, dead === 'a' ? 10 + (yield seen(words, 0)) : 5)
      },
    },
    { kills: 1 },
    (words, { killed }) =>
      `${killed.map(({ thread, where }) => thread + where.slice(0, 4))} ${words[0]}${words[1]}`,
  )
  // Killed behind its store, a has always marked when the reaper looks.
  for (const line of told) {
    if (line.startsWith('aload') || line.startsWith('aend')) assert.match(line, /111$/)
    if (line.startsWith('astart')) assert.match(line, /010$/)
  }
  assert.ok(told.some((line) => line.startsWith('aload')))
})

// ---- races -----------------------------------------------------------------------------------------------------------------

const racing = (between: 'nothing' | 'atomics' | 'release' | 'unordered'): Parts => ({
  threads: {
    a: function* (words) {
      $.set(words, 0, 1, 'write')
      if (between === 'atomics') yield store(words, 1, 1)
      else if (between !== 'nothing') yield $.plain('store', between, 'publish', words, 1, 1)
    },
    b: function* (words): Steps<unknown> {
      if (between === 'nothing' || (yield between === 'atomics' ? load(words, 1) : seen(words, 1)) === 1) {
        return $.get(words, 0, 'read')
      }
      return 0
    },
  },
})

test('plain accesses that nothing orders are a race, and say where they stand', () => {
  const { failure } = explore(scenario(racing('nothing')), { races: true })
  assert.is(codeOf(failure?.error), 'RACE')
  assert.match(messageOf(failure?.error), /^(b reads at read what a wrote|a writes at write what b read)/)
  assert.ok(explore(scenario(racing('nothing'))).complete)
})

test('an Atomics store and load order them, and so does a release seen by an acquire, but no unordered store', () => {
  assert.is(explore(scenario(racing('atomics')), { races: true }).failure, undefined)
  assert.is(explore(scenario(racing('release')), { races: true }).failure, undefined)
  assert.is(codeOf(explore(scenario(racing('unordered')), { races: true }).failure?.error), 'RACE')
})

test('what follows a store is not ordered by it', () => {
  const { failure } = explore(
    scenario({
      threads: {
        a: function* (words): Steps {
          yield store(words, 1, 1)
          $.set(words, 0, 1)
        },
        b: function* (words): Steps<unknown> {
          return (yield load(words, 1)) === 1 ? $.get(words, 0) : 0
        },
      },
    }),
    { races: true },
  )
  assert.is(codeOf(failure?.error), 'RACE')
})

test('a race that the scenario gives a reason for is none', () => {
  const reason = { location: (_: unknown, index: number) => ({ name: `word ${index}`, race: 'a hint' }) }
  assert.ok(explore(scenario({ ...racing('nothing'), ...reason }), { races: true }).complete)
})

test('plain against atomic is a race only when asked for', () => {
  const parts = scenario({
    threads: {
      a: function* (words) {
        yield store(words, 0, 1)
      },
      b: (words) => $.get(words, 0),
    },
  })
  assert.ok(explore(parts, { races: true }).complete)
  assert.is(codeOf(explore(parts, { races: 'mixed' }).failure?.error), 'RACE')
})

test('a death orders what the dead did before what its reaper does, and notify what it wakes', () => {
  const parts = scenario({
    threads: {
      a: function* (words) {
        yield load(words, 2)
        $.set(words, 0, 1)
        yield notify(words, 1)
      },
      b: function* (words): Generator<unknown, unknown, unknown> {
        if ((yield wait(words, 1, 0, 10)) === 'ok') return $.get(words, 0)
        return 0
      },
    },
    reaper: (words, dead) => dead === 'a' && $.get(words, 0),
  } as Parts)
  assert.is(explore(parts, { races: true }).failure, undefined)
  const killed = explore(parts, { races: true, kills: 1 })
  assert.is(killed.failure, undefined, String(killed.failure))
})

// ---- failures --------------------------------------------------------------------------------------------------------------

test('a failure prints who did what, where, and with which value, and the line that replays it', () => {
  const { failure } = explore({ ...lostUpdate, location: (_, index) => ({ name: `counter ${index}` }) })
  const text = String(failure)
  assert.match(text, /lost update: Error: 1 of 2 updates/)
  assert.match(text, /load .*counter 0 .*0 /)
  assert.match(text, /store .*counter 0 .*1 -> 1/)
  assert.ok(text.includes(`replay(scenario, '${failure?.trace}')`))
  assert.equal(
    failure?.rows.map(({ thread, operation }) => `${thread} ${operation}`),
    ['a starts', 'a load', 'b starts', 'b load', 'b store', 'b ends', 'a store', 'a ends'],
  )
})

test('the line that replays a failure has the options that it needs', () => {
  const { failure } = explore(scenario(racing('nothing')), { races: true, storeBuffers: false, kills: 1 })
  assert.ok(
    String(failure).endsWith(`replay(scenario, '${failure?.trace}', { storeBuffers: false, races: true })`),
  )
  assert.is(
    codeOf(replay(scenario(racing('nothing')), failure?.trace ?? '', { races: true }).failure?.error),
    'RACE',
  )
})

test('a trace replays its schedule and no other', () => {
  const { failure } = explore(lostUpdate)
  const again = replay(lostUpdate, failure?.trace ?? '')
  assert.equal(again.failure?.rows, failure?.rows)
  assert.is(replay(lostUpdate, 'a4b4').failure, undefined)
  assert.is(replay(lostUpdate, '').failure, undefined)
})

test('a trace that does not fit is told from one that passes', () => {
  for (const trace of ['a99', 'z', 'a~', 'a:0', '?', 'a0,7/a', 'A']) {
    assert.throws(
      () => replay(lostUpdate, trace),
      (error: unknown) => codeOf(error) === 'BAD_TRACE',
      trace,
    )
  }
})

test('a failure is shrunk to the operations and threads that it needs', () => {
  const idle: Operation<Words> = function* (words): Generator {
    yield add(words, 2, 1)
    yield add(words, 3, 1)
  }
  const { failure } = explore(
    scenario({
      threads: { c: [idle, idle], a: [idle, increment, idle], b: [idle, increment] },
      check(words, { results }) {
        const done = [results.a[1], results.b[1]].filter((outcome) => outcome !== undefined).length
        if (words[0] !== done) throw new Error(`${words[0]} of ${done} updates`)
      },
    }),
  )
  assert.is(messageOf(failure?.error), '1 of 2 updates')
  assert.match(failure?.trace ?? '', /^b1\.c1\//)
  assert.ok((failure?.rows.length ?? 99) <= 8)
})

test('an operation that the check counts on is not shrunk away', () => {
  const { failure } = explore(
    scenario({
      threads: { a: [increment, increment], b: [increment] },
      check(words) {
        if (words[0] !== 3) throw new Error(`${words[0]} of 3 updates`)
      },
    }),
  )
  assert.is(failure?.preemptions, 1)
  assert.not((failure?.trace ?? '/').includes('/'))
})

test('nor is one without which something else goes wrong', () => {
  const { failure } = explore(
    scenario({
      threads: {
        a: [
          function* (words): Steps {
            yield store(words, 1, 1)
          },
          increment,
        ],
        b: [increment],
      },
      check(words) {
        if (words[0] !== 2) throw new Error(words[1] === 0 ? 'not prepared' : 'lost')
      },
    }),
  )
  assert.is(messageOf(failure?.error), 'lost')
  assert.not((failure?.trace ?? '/').includes('/'))
})

test('a kill is shrunk to an earlier one', () => {
  const { failure } = explore(
    scenario({
      threads: {
        a: function* (words) {
          for (let n = 0; n < 6; n++) yield add(words, 0, 1)
        },
      },
      check(words, { killed }) {
        if (killed.length > 0 && words[0] >= 2) throw new Error('killed late')
      },
    }),
    { kills: 1 },
  )
  assert.is(failure?.trace, 'a3a!')
})

test('a limit of schedules or seconds ends an exploration that is then not complete', () => {
  const body: Body = function* (words) {
    for (let n = 0; n < 20; n++) yield add(words, 0, 1)
  }
  const parts = scenario({ threads: { a: body, b: body, c: body } })
  const few = explore(parts, { maxSchedules: 50 })
  assert.is(few.schedules, 50)
  assert.not(few.complete)
  const short = explore(parts, { seconds: 0.05, preemptions: 4 })
  assert.not(short.complete)
  assert.ok(short.seconds < 2)
})

// ---- samples ---------------------------------------------------------------------------------------------------------------

test('a sample finds the lost update, and the seed of its schedule alone finds it again', () => {
  const found = sample(lostUpdate, { seed: 1, schedules: 200 })
  assert.is(messageOf(found.failure?.error), '1 of 2 updates')
  const again = sample(lostUpdate, { seed: found.failure?.seed ?? 0, schedules: 1 })
  assert.is(again.failure?.trace, found.failure?.trace)
})

test('samples kill, throw, delay and time out', () => {
  const parts = scenario({
    threads: {
      a: three,
      b: function* (words) {
        yield mark(words, 4, 1)
        yield wait(words, 5, 0, 10)
      },
    },
    reaper: function* (words): Generator {
      yield add(words, 6, 1)
    },
    check(words, { killed }) {
      if (words[6] !== killed.length) throw new Error('not reaped')
      if (words[4] === 0 && killed.length === 0) throw new Error('not landed')
    },
    mayThrow: () => true,
  })
  const result = sample(parts, { schedules: 500, kills: 1, throws: 1 })
  assert.is(result.failure, undefined, String(result.failure))
  assert.is(result.schedules, 500)
  assert.ok(result.kills > 100 && result.kills <= 500, `${result.kills}`)
  assert.ok(result.throws > 50, `${result.throws}`)
})

test('priorities find what needs two switches at the right steps', () => {
  // b must run whole between two adjacent steps of a, twice.
  const parts = scenario({
    threads: {
      a: function* (words): Steps {
        for (let n = 0; n < 10; n++) yield add(words, 3, 1)
        const first = yield load(words, 0)
        const second = yield load(words, 0)
        yield store(words, 1, second - first)
      },
      b: function* (words) {
        yield add(words, 0, 1)
      },
    },
    check(words) {
      if (words[1] === 1) throw new Error('in between')
    },
  })
  const found = sample(parts, { schedules: 2000, depth: 2, shrink: false })
  assert.is(messageOf(found.failure?.error), 'in between')
})

// ---- what cannot be explored ------------------------------------------------------------------------------------------------

const fails = (code: string, act: () => unknown) =>
  assert.throws(act, (error: unknown) => error instanceof InterleaveError && error.code === code, code)

test('a scenario that cannot be explored is refused with the reason', () => {
  fails('BAD_SCENARIO', () => explore(scenario({ threads: {} })))
  fails('BAD_STEP', () =>
    explore(
      scenario({
        threads: {
          a: function* () {
            yield 1
          },
        },
      }),
    ),
  )
  let runs = 0
  fails('NOT_DETERMINISTIC', () =>
    explore(
      scenario({
        threads: {
          a: function* (words) {
            yield store(words, 0, runs++)
            yield store(words, 0, 0)
          },
          b: increment,
        },
      }),
    ),
  )
  fails('STEP_IN_CALLBACK', () =>
    explore(
      scenario({
        threads: {
          a: (words) => [1].map(() => $.drainAtomic('add', 'callback', words, 0, 1)),
        },
      }),
    ),
  )
})

test('an exploration inside a scenario is refused, and one after a refusal works', () => {
  const { failure } = explore(scenario({ threads: { a: increment }, check: () => explore(lostUpdate) }))
  assert.is(codeOf(failure?.error), 'REENTERED')
  assert.ok(explore(scenario({ threads: { a: increment } })).complete)
})

test.run()
