// A message and the flag that says it is there, both stored plainly. Which of the two others see first is decided by how
// `publish` is declared: as a release (what x86-64 makes of a plain store), or as what the language promises, nothing.

import type { Scenario } from '../../dist/scenario.js'

const MESSAGE = 0
const FLAG = 1

const put = (words: Int32Array, value: number): void => {
  words[MESSAGE] = value
}

const publish = (words: Int32Array): void => {
  words[FLAG] = 1
}

const seen = (words: Int32Array): number => words[FLAG]

const scenario = (name: string, write: (words: Int32Array, value: number) => void): Scenario<Int32Array> => ({
  name,
  setup: () => new Int32Array(new SharedArrayBuffer(8)),
  threads: {
    producer: (words) => {
      write(words, 42)
      publish(words)
    },
    consumer: (words) => (seen(words) === 1 ? words[MESSAGE] : undefined),
  },
  check(_, { results }) {
    const got = results.consumer[0]?.returned
    if (got !== undefined && got !== 42) throw new Error(`the consumer read ${got}`)
  },
})

/** `put` is declared to be delayed. */
export const delayed = scenario('a message and a flag', put)
/** The message is written plainly, and nothing is declared about it: clocks must tell. */
export const undeclared = scenario('a message and a flag, undeclared', (words, value) => {
  words[MESSAGE] = value
})
