/**
 * Calls with hostile arguments, drawn and shrunk by fast-check: sequences of every public operation, on threads of one
 * heap, against the model. A finding is shrunk to few calls with simple arguments, and printed with its seed.
 */

import fc from 'fast-check'
import { CALL_NAMES, type Call, type CallName } from './calls.ts'
import type { Budget, Report } from './findings.ts'
import { type Arg, EDGES, ODD } from './hostile.ts'
import { print, run, type Sequence } from './sequence.ts'
import { Finding, type Shape } from './world.ts'

const MIB = 2 ** 20
const pick = fc.nat(1000)

/** 1 B to 2 MiB, every magnitude as likely as any other. */
const magnitude = fc
  .tuple(fc.nat(20), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([log, part]) => Math.floor(2 ** log * (1 + part)))

const arg: fc.Arbitrary<Arg> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ is: fc.constant('number' as const), value: fc.oneof(fc.nat(2000), magnitude) }),
  },
  { weight: 10, arbitrary: fc.record({ is: fc.constant('live' as const), pick }) },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('stale' as const), pick }) },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant('near' as const),
      pick,
      by: fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constantFrom(-4096, 0.5, 4096, 65_536, 2 ** 32)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('number' as const),
      value: fc.oneof(fc.constantFrom(...EDGES), fc.integer(), fc.double()),
    }),
  },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('odd' as const), which: fc.nat(ODD.length - 1) }) },
)

/** Calls that change what there is come more often than those that only ask. */
const WEIGHTS: Partial<Record<CallName, number>> = {
  malloc: 12,
  tryMalloc: 6,
  calloc: 4,
  memalign: 5,
  realloc: 10,
  free: 16,
  mallocBatch: 4,
  freeBatch: 4,
  flush: 2,
  reattach: 3,
}

const name = fc.oneof(
  ...CALL_NAMES.map((call) => ({ weight: WEIGHTS[call] ?? 1, arbitrary: fc.constant(call) })),
)

const call: fc.Arbitrary<Call> = fc.record({ name, who: fc.nat(2), a: arg, b: arg })

const shape: fc.Arbitrary<Shape> = fc.record({
  bytes: fc.constantFrom(2 * MIB, 2 * MIB, 3 * MIB, 3 * MIB, 9 * MIB),
  threads: fc.integer({ min: 2, max: 3 }),
  counters: fc.boolean(),
  kept: fc.boolean(),
})

const sequence: fc.Arbitrary<Sequence> = fc.record({
  shape,
  calls: fc.array(call, { minLength: 1, maxLength: 120, size: 'max' }),
})

/** Sequences of one draw: fast-check begins anew with each, so that time can be kept. */
const CHUNK = 100

export function fuzzCalls({ seed, seconds, runs = Number.POSITIVE_INFINITY }: Budget): Report {
  const start = performance.now()
  const findings = []
  let sequences = 0
  let calls = 0
  for (let chunk = 0; sequences < runs && performance.now() - start < seconds * 1000; chunk++) {
    const property = fc.property(sequence, (drawn) => {
      sequences++
      calls += drawn.calls.length
      run(drawn)
    })
    const numRuns = Math.min(CHUNK, runs - sequences)
    const { failed, counterexample, errorInstance } = fc.check(property, { seed: seed + chunk, numRuns })
    if (!failed) continue
    const [drawn] = counterexample ?? []
    if (drawn === undefined || !(errorInstance instanceof Finding)) throw errorInstance
    const shown = drawn.calls.slice(0, errorInstance.at + 1)
    findings.push({
      what: errorInstance.message,
      reproduction: `seed ${seed + chunk}\n${print({ shape: drawn.shape, calls: shown })}`,
    })
    break
  }
  const took = (performance.now() - start) / 1000
  return {
    name: 'calls with hostile arguments',
    figures: { seed, seconds: took.toFixed(1), sequences, calls, 'calls/s': Math.round(calls / took) },
    findings,
  }
}
