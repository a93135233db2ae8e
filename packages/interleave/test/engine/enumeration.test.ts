// Straight-line programs end in those states that an enumeration written without any of the engine finds.

import { assert, suite } from '@hakmem/testing'
import { randomFrom } from '@hakmem/testing/random'
import { ATOMIC, endings, type Instruction, randomProgram, sorted } from './programs.ts'

const test = suite('an independent enumeration')

/** The final words of all interleavings of straight-line atomic programs, by plain recursion on copies. */
function enumerate(program: readonly (readonly Instruction[])[]): Set<string> {
  const finals = new Set<string>()
  const go = (memory: readonly number[], at: readonly number[], sums: readonly number[]): void => {
    let moved = false
    for (const [t, instructions] of program.entries()) {
      if (at[t] === instructions.length) continue
      moved = true
      const { op, at: place, value } = instructions[at[t]]
      const next = [...memory]
      const nextSums = [...sums]
      if (op !== 'store') nextSums[t] += memory[place]
      if (op === 'store' || op === 'exchange') next[place] = value + sums[t]
      else if (op === 'add') next[place] += value
      else if (op === 'cas' && memory[place] === 0) next[place] = value
      go(
        next,
        at.map((k, u) => (u === t ? k + 1 : k)),
        nextSums,
      )
    }
    if (!moved) finals.add(`${memory.join()} ${sums.join()}`)
  }
  go(
    [0, 0, 0, 0],
    program.map(() => 0),
    program.map(() => 1),
  )
  return finals
}

test('every final state of an independent enumeration is found, and no other', () => {
  const random = randomFrom(10)
  for (let n = 0; n < 40; n++) {
    const program = randomProgram(random, 2 + (n % 2), 4 - (n % 2), ATOMIC).map((ops) => [ops[0]])
    const found = new Set<string>()
    for (const ending of endings(program, { preemptions: 20 }, false).states) {
      const sums = [...ending.matchAll(/t\d: ([\d ]*)/g)].map(([, seen]) => seen.trim().split(' ').at(-1))
      found.add(`${ending.split(' ')[0]} ${sums.join()}`)
    }
    assert.equal(sorted(found), sorted(enumerate(program.map(([ops]) => ops))), JSON.stringify(program))
  }
})

test.run()
