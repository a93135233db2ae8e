/** One side of a connection, in a thread of its own: does what the main thread says, and answers with what it did. */

import { parentPort, workerData } from 'node:worker_threads'
import { monotonicSeconds } from '../contender/waiting.ts'
import { Mark } from './mark.ts'
import { sumOf } from './six-doubles.ts'
import { type Connection, ways } from './ways.ts'

export interface Order {
  readonly do: 'produce' | 'consume' | 'ping' | 'echo' | 'close'
  /** Structs per message. */
  readonly count: number
  readonly seconds: number
}

/** What was sent (`produce`, `ping`) or received (`consume`, `echo`). */
export interface Done {
  readonly structs: number
  readonly sum: number
  /** On a clock that all threads share. */
  readonly started: number
  readonly ended: number
  /** Of round trips, in milliseconds; `ping` only. */
  readonly trips: readonly number[]
}

export interface Setting {
  readonly way: string
  readonly connection: Connection
  /** Messages that the receiver has taken in a run. */
  readonly taken: SharedArrayBuffer
}

/**
 * How far a sender may be ahead, in messages and in structs. The structs of that many, 6 MB, are more than a core's own cache
 * holds: from the cache that both share, or from memory, the other core has them sooner than from the sender's own.
 */
const WINDOW = 1024
const WINDOW_STRUCTS = 131_072
/** Structs between two looks at the clock. */
const LOOK = 1000

/** Structs are numbered from the number of their message, by so much. */
const NUMBERS = 1023

const { way, connection, taken }: Setting = workerData
const end = ways[way].open(connection)
const mark = new Mark(taken)
/** Messages sent or received in all runs so far, and of those sent, how many are known to be taken. */
let messages = 0
let known = 0

parentPort?.on('message', async (order: Order) => parentPort?.postMessage(await obey(order)))

async function obey({ do: what, count, seconds }: Order): Promise<Done | undefined> {
  if (what === 'produce') return produce(count, seconds)
  if (what === 'consume') return consume()
  if (what === 'ping') return ping(count, seconds)
  if (what === 'echo') return echo()
  end.close()
  parentPort?.close()
  return undefined
}

/** Sends messages until the time is up, and then an empty one. */
function produce(count: number, seconds: number): Done {
  const window = Math.min(WINDOW, Math.floor(WINDOW_STRUCTS / count))
  const burst = Math.ceil(LOOK / count)
  const started = monotonicSeconds()
  let now = started
  let structs = 0
  let sum = 0
  for (; now - started < seconds; now = monotonicSeconds()) {
    for (let n = 0; n < burst; n++) {
      while (messages - known >= window) known = mark.past(known)
      const first = messages & NUMBERS
      end.send(count, first)
      messages++
      structs += count
      sum += sumOf(first, count)
    }
  }
  end.send(0, 0)
  messages++
  return { structs, sum, started, ended: now, trips: [] }
}

/** Takes messages up to the empty one. */
async function consume(): Promise<Done> {
  const started = monotonicSeconds()
  let structs = 0
  let sum = 0
  await end.listen((count, fields) => {
    mark.move(++messages)
    structs += count
    sum += fields
    return count > 0
  })
  return { structs, sum, started, ended: monotonicSeconds(), trips: [] }
}

/** Sends a message and waits for one of as many structs, over and over. */
async function ping(count: number, seconds: number): Promise<Done> {
  const trips: number[] = []
  const started = monotonicSeconds()
  let sum = sumOf(0, count)
  let left = performance.now()
  end.send(count, 0)
  await end.listen((_, fields) => {
    const back = performance.now()
    trips.push(back - left)
    if (fields !== sumOf(trips.length - 1, count)) throw new Error('a struct came back changed')
    if (monotonicSeconds() - started >= seconds) return false
    sum += sumOf(trips.length, count)
    left = performance.now()
    end.send(count, trips.length)
    return true
  })
  end.send(0, 0)
  return { structs: trips.length * count, sum, started, ended: monotonicSeconds(), trips }
}

/** Answers each message with one of as many structs, up to the empty one. */
async function echo(): Promise<Done> {
  const started = monotonicSeconds()
  let structs = 0
  let sum = 0
  await end.listen((count, fields) => {
    structs += count
    sum += fields
    if (count > 0) end.send(count, structs / count - 1)
    return count > 0
  })
  return { structs, sum, started, ended: monotonicSeconds(), trips: [] }
}
