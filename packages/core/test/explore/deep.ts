// `pnpm test:deep`: the scenarios under wider bounds than `npm test` has time for. Exit status 1 if one of them fails, 2
// where the command line makes no sense.

import { drain, explore, type Result, sample } from '@hakmem/interleave'
import { commandLine, refuse } from '@hakmem/testing/command-line'
import { loadScenes, type Scene, type SceneName } from './lab.ts'

const values = commandLine(
  `Usage: pnpm test:deep [--only SCENARIO] [--seconds 60] [--seed 1]

The scenarios of threads under wider bounds than \`npm test\` has time for, six explorations each, each of them for at most
so many seconds; all scenarios unless one is named. Exit status 1 if one of them fails.`,
  {
    only: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
  },
)
const seconds = Number(values.seconds)
const seed = Number(values.seed)
if (!(seconds > 0)) refuse(`--seconds takes a number above 0, not '${values.seconds}'`)
if (!Number.isInteger(seed)) refuse(`--seed takes a whole number, not '${values.seed}'`)

const RUNS: readonly [what: string, run: (scene: Scene) => Result][] = [
  ['3 preemptions', (scene) => explore(scene, { preemptions: 3, seconds })],
  ['2 preemptions, 1 kill', (scene) => explore(scene, { preemptions: 2, kills: 1, seconds })],
  ['2 preemptions, 1 overflow', (scene) => explore(scene, { preemptions: 2, throws: 1, seconds })],
  ['1 preemption, 2 kills', (scene) => explore(scene, { preemptions: 1, kills: scene.deaths, seconds })],
  [
    '1 preemption, 1 kill, 1 overflow',
    (scene) => explore(scene, { preemptions: 1, kills: 1, throws: 1, seconds }),
  ],
  [
    'at random (PCT), kills',
    (scene) => sample(scene, { seed, schedules: 1e9, depth: 5, kills: scene.deaths, seconds }),
  ],
]

const scenes = await loadScenes()
const all = Object.keys(scenes) as SceneName[]
const names = all.filter((name) => values.only === undefined || name === values.only)
if (names.length === 0) refuse(`--only: there is no scenario '${values.only}'; there are ${all.join(', ')}`)

let failed = 0
for (const name of names) {
  const scene = drain(scenes[name]()) as Scene
  console.log(`${name}: ${scene.name}`)
  for (const [what, run] of RUNS) {
    const { schedules, states, steps, kills, throws, complete, failure, seconds } = run(scene)
    const end = failure !== undefined ? 'FAILED' : complete ? 'all of it' : 'up to the time limit'
    console.log(
      `  ${what.padEnd(32)} ${end}: ${schedules} schedules, ${states} states, ${steps} steps, ${kills} kills, ` +
        `${throws} overflows, ${seconds.toFixed(1)} s`,
    )
    if (failure === undefined) continue
    failed++
    console.log(String(failure))
  }
}
console.log(`${names.length} scenarios, ${failed} failures`)
process.exitCode = failed === 0 ? 0 : 1
