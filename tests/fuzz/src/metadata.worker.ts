/**
 * The thread in which damaged heaps are opened: it may hang or run out of memory there, so before each try it says
 * in shared words which one it is at, and its parent watches them.
 */

import { parentPort, threadId, workerData } from 'node:worker_threads'
import { randomFrom } from '@hakmem/testing/random'
import {
  answerOf,
  apply,
  complaint,
  type Damage,
  damageAt,
  imageAt,
  oneBit,
  RUNS_PER_IMAGE,
} from './damage.ts'
import { copyOf, fieldsOf } from './image.ts'

export interface Task {
  readonly seed: number
  /** Damage at random: how many times, or until when. */
  readonly runs: number
  readonly until: number
  /** Single bits to flip in each field, to see which the audit finds. */
  readonly perField: number
  /** Damage to try instead of all that, on the image of run `at`. */
  readonly only?: { readonly at: number; readonly damage: Damage }
}

export interface Rate {
  readonly field: string
  readonly found: number
  readonly of: number
  readonly hint: string
}

export interface Done {
  readonly runs: number
  readonly rates: Rate[]
  readonly complaint?: { readonly at: number; readonly what: string; readonly damage: Damage }
}

/** One run in so many goes through `Heap.attach`, the others claim a record: attach knows a buffer that it met. */
const ATTACH_EVERY = 8

const { watched, seed, runs, until, perField, only } = workerData as Task & { watched: Int32Array }

function work(): Done {
  if (only !== undefined) {
    const what = complaint(imageAt(seed, only.at, threadId), only.damage)
    return { runs: 1, rates: [], ...(what === undefined ? {} : { complaint: { ...only, what } }) }
  }
  let image = imageAt(seed, 0, threadId)
  let fields = fieldsOf(image)
  let run = 0
  for (; run < runs && Date.now() < until; run++) {
    if (run % RUNS_PER_IMAGE === 0) {
      image = imageAt(seed, run, threadId)
      fields = fieldsOf(image)
    }
    Atomics.store(watched, 0, run)
    const damage = damageAt(image, fields, seed, run)
    const what = complaint(image, damage, run % ATTACH_EVERY === 0 ? undefined : threadId)
    if (what !== undefined) return { runs: run + 1, rates: [], complaint: { at: run, what, damage } }
  }
  return { runs: run, rates: rates() }
}

/** How many of `perField` single flipped bits in each field are found by opening and auditing. */
function rates(): Rate[] {
  if (perField === 0) return []
  const random = randomFrom(seed)
  const image = imageAt(seed, RUNS_PER_IMAGE, threadId)
  const buffer = copyOf(image)
  const bytes = new Uint8Array(buffer)
  return fieldsOf(image).map((field) => {
    let found = 0
    for (let k = 0; k < perField; k++) {
      Atomics.add(watched, 0, 1)
      const damage = oneBit(field, random)
      apply(bytes, damage)
      if (answerOf(buffer) !== 'sound') found++
      apply(bytes, damage)
    }
    return { field: field.name, found, of: perField, hint: field.hint ?? '' }
  })
}

parentPort?.postMessage(work())
