/**
 * The coverage-guided loop: V8 counts how often every block of the heap's code ran (precise coverage, asked through the
 * inspector of this very thread); an input that makes one run for the first time, or in another order of magnitude,
 * joins the corpus that further inputs are made of. After AFL, with V8 for the instrumentation.
 */

import { type Profiler, Session } from 'node:inspector'
import { parentPort, workerData } from 'node:worker_threads'
import { randomFrom } from '@hakmem/testing/random'
import { decode, fuzz, HEAD, STRIDE } from './bytes.ts'
import { EMPTY, mutate } from './corpus.ts'
import { messageOf } from './findings.ts'
import { print } from './sequence.ts'

export interface Task {
  readonly seed: number
  readonly runs: number
  readonly until: number
  /** Where the input of the run under way is written, its length first: of a loop that hangs, it is all that is left. */
  readonly input: Uint8Array
}

export interface Done {
  readonly runs: number
  readonly corpus: number
  /** Blocks of code that ran, and those that V8 tells of in the functions that ran. */
  readonly reached: number
  readonly known: number
  readonly finding?: { readonly what: string; readonly reproduction: string }
}

const { watched, seed, runs, until, input } = workerData as Task & { watched: Int32Array }

const session = new Session()
session.connect()

function post<T>(method: string, params?: object): T {
  let result: unknown
  // The session of a thread with itself answers at once.
  session.post(method, params, (error: Error | null, answer?: object) => {
    if (error !== null) throw error
    result = answer
  })
  return result as T
}

post('Profiler.enable')
post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

/** Code of the packages under test. */
const CODE = /\/(?:arena|core|tiny|mid|learning)\/dist\//

/** Blocks by script and place, with the orders of magnitude (a bit each) in which they were seen to run. */
const seen = new Map<string, number>()

/** Notes what ran since the last look; true if any of it is new. */
function look(): boolean {
  const { result } = post<Profiler.TakePreciseCoverageReturnType>('Profiler.takePreciseCoverage')
  let isNew = false
  for (const { scriptId, url, functions } of result) {
    if (!CODE.test(url)) continue
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) {
        const key = `${scriptId} ${startOffset} ${endOffset}`
        const before = seen.get(key) ?? 0
        const now = count === 0 ? before : before | (1 << Math.min(30, 32 - Math.clz32(count)))
        if (now !== before) isNew = true
        if (now !== before || !seen.has(key)) seen.set(key, now)
      }
    }
  }
  return isNew
}

/** What an input shows, if it shows anything. */
function failure(data: Uint8Array): string | undefined {
  input.set(data.subarray(0, input.length - 2), 2)
  new DataView(input.buffer).setUint16(0, data.length)
  Atomics.add(watched, 0, 1)
  try {
    fuzz(data)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

/** Fewer calls that still show something. */
function shrink(data: Uint8Array): Uint8Array {
  let least = data
  for (let at = HEAD; at < least.length; ) {
    const shorter = Uint8Array.from([...least.subarray(0, at), ...least.subarray(at + STRIDE)])
    if (failure(shorter) !== undefined) least = shorter
    else at += STRIDE
  }
  return least
}

function work(): Done {
  const random = randomFrom(seed)
  const corpus = [EMPTY]
  let run = 0
  let finding: Done['finding']
  for (; run < runs && Date.now() < until && finding === undefined; run++) {
    const data = mutate(corpus, random)
    const what = failure(data)
    if (what !== undefined) finding = { what, reproduction: print(decode(shrink(data))) }
    else if (look()) corpus.push(data)
  }
  const known = seen.size
  const reached = [...seen.values()].filter((counts) => counts !== 0).length
  return { runs: run, corpus: corpus.length, reached, known, ...(finding === undefined ? {} : { finding }) }
}

parentPort?.postMessage(work())
