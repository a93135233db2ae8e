/** The inputs that reached something new, and how new ones are made of them: by changes that keep calls whole. */

import type { Random } from '@hakmem/testing/random'
import { HEAD, STRIDE } from './bytes.ts'
import { CALL_NAMES } from './calls.ts'

const CALLS_MAX = 60

/** Bytes of a first input: no calls. */
export const EMPTY: Uint8Array = new Uint8Array(HEAD)

export function mutate(corpus: readonly Uint8Array[], random: Random): Uint8Array {
  // The newest are the likeliest to lead on.
  const near = random(2) === 0 ? Math.max(0, corpus.length - 16) : 0
  let data = corpus[near + random(corpus.length - near)]
  for (let k = 1 + random(6); k > 0; k--) data = CHANGES[random(CHANGES.length)](data, random, corpus)
  return data.slice(0, HEAD + CALLS_MAX * STRIDE)
}

type Change = (data: Uint8Array, random: Random, corpus: readonly Uint8Array[]) => Uint8Array

const callsOf = (data: Uint8Array) => Math.floor((data.length - HEAD) / STRIDE)
const placeIn = (data: Uint8Array, random: Random) => HEAD + STRIDE * random(callsOf(data) + 1)

function bytes(count: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: count }, () => random(256))
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

function changed(data: Uint8Array, at: number, value: number): Uint8Array {
  const copy = data.slice()
  if (at < copy.length) copy[at] = value
  return copy
}

const insert: Change = (data, random) => {
  const at = placeIn(data, random)
  return join(data.subarray(0, at), bytes(STRIDE * (1 + random(4)), random), data.subarray(at))
}
const byte: Change = (data, random) => changed(data, random(data.length), random(256))
const bit: Change = (data, random) => {
  const at = random(data.length)
  return changed(data, at, data[at] ^ (1 << random(8)))
}
const rename: Change = (data, random) => changed(data, placeIn(data, random), random(CALL_NAMES.length))
const remove: Change = (data, random) => {
  const at = placeIn(data, random)
  return join(data.subarray(0, at), data.subarray(at + STRIDE * (1 + random(4))))
}
const repeat: Change = (data, random) => {
  const at = placeIn(data, random)
  const piece = data.subarray(at, at + STRIDE * (1 + random(8)))
  return join(data.subarray(0, at), piece, data.subarray(at))
}
const splice: Change = (data, random, corpus) => {
  const other = corpus[random(corpus.length)]
  return join(data.subarray(0, placeIn(data, random)), other.subarray(placeIn(other, random)))
}

const CHANGES: readonly Change[] = [insert, insert, byte, byte, bit, rename, remove, repeat, splice]
