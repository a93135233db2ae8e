import { availableParallelism } from 'node:os'
import { assert, suite } from '@hakmem/testing'
import { describeMachine, Quiet, warningsFor } from '#run/machine'
import { coresFirst, parseList, pinned } from '#run/pinning'
import { result } from './figures.ts'

const machine = suite('machine')

machine('a quiet machine gives no warning, a noisy one says what was measured', () => {
  const quiet = { load: 0, steal: 0, spread: 0.02, unsteady: [] }
  assert.equal(warningsFor(quiet, 10), [])
  const noisy = {
    load: 2 * availableParallelism(),
    steal: 0.25,
    spread: 0.3,
    unsteady: ['libc in ring ×2'],
  }
  const warnings = warningsFor(noisy, 2)
  assert.is(warnings.length, 4)
  assert.match(warnings[0], `load average was ${noisy.load.toFixed(2)}`)
  assert.match(warnings[1], '25 %')
  assert.match(warnings[2], '30 %')
  assert.match(warnings[3], 'libc in ring ×2')
})

machine('the spread is that of the rounds, whatever the figures are', () => {
  const results = [
    result('larson', 1, 'libc', 5, {
      launches: [
        [1, 2, 3],
        [4, 5],
      ],
    }),
  ]
  assert.is(new Quiet().judge(results, []).spread, 2 / 3)
  assert.is(new Quiet().judge([], []).spread, 0)
})

machine('what the system does not tell is unknown, not absent', () => {
  for (const text of Object.values(describeMachine({}))) assert.is.not(text, '')
})

machine('processors are read as the kernel lists them', () => {
  assert.equal(parseList('0-3,8,10-11'), [0, 1, 2, 3, 8, 10, 11])
  assert.equal(parseList(''), [])
})

machine('distinct cores come before the second threads of any', () => {
  const siblings = (cpu: number) => [cpu % 4, (cpu % 4) + 4]
  assert.equal(coresFirst([0, 1, 2, 3, 4, 5, 6, 7], siblings), [0, 1, 2, 3, 4, 5, 6, 7])
  const adjacent = (cpu: number) => [cpu & ~1, cpu | 1]
  assert.equal(coresFirst([0, 1, 2, 3], adjacent), [0, 2, 1, 3])
})

machine('a command is pinned by taskset, or left as it is', () => {
  assert.equal(pinned(['node', ['host.js', 'libc']], [0, 2]), [
    'taskset',
    ['--cpu-list', '0,2', 'node', 'host.js', 'libc'],
  ])
  assert.equal(pinned(['node', []], undefined), ['node', []])
})

machine.run()
