// What explorations of scenarios have in common as tests: each explores to its end and holds, or has a bug planted in it
// that is found. A module of its own, so that other tests load no scheduler.

import { drain, type ExploreOptions, explore, type Patch, type Scenario } from '@hakmem/interleave'
import * as assert from 'uvu/assert'
import { suite } from './suite.ts'

/** Every schedule of two preemptions, with a kill at every step. */
export const ALL: readonly ExploreOptions[] = [{ preemptions: 2, kills: 1 }]
/** For scenarios in which that would take minutes: without kills; and with them, of one preemption. */
export const LARGE: readonly ExploreOptions[] = [{ preemptions: 2 }, { preemptions: 1, kills: 1 }]
/** Of one preemption, with a kill at every step. */
export const KILLS: readonly ExploreOptions[] = [{ preemptions: 1, kills: 1 }]
/** Of one preemption, with a stack overflow at every call and loop. */
export const OVERFLOWS: readonly ExploreOptions[] = [{ preemptions: 1, throws: 1 }]

/** Makes a scenario; rewritten, so what it returns is drained. */
type Maker = () => unknown

/** Milliseconds for one exploration: on an idle machine the longest takes a tenth of that. */
const TIMEOUT = 170_000

/** A suite of the scenarios that `runs` names, each explored under each of the bounds that it names. */
export function testScenes<N extends string>(
  title: string,
  scenes: Readonly<Record<NoInfer<N>, Maker>>,
  runs: Readonly<Record<N, readonly ExploreOptions[]>>,
): void {
  const test = suite(`${title}, explored`)
  for (const [name, bounds] of Object.entries(runs) as [N, readonly ExploreOptions[]][]) {
    for (const options of bounds) {
      const scenario = drain(scenes[name]()) as Scenario<unknown>
      const hold = () => {
        const { failure, complete, schedules } = explore(scenario, options)
        if (failure !== undefined) throw new Error(String(failure))
        assert.ok(complete, `all of it was explored, in ${schedules} schedules`)
      }
      test(`${scenario.name}: ${inWords(options)}`, hold, { timeout: TIMEOUT })
    }
  }
  test.run()
}

function inWords({ preemptions = 2, kills = 0, throws = 0, races }: ExploreOptions): string {
  return [
    `${preemptions} preemption${preemptions === 1 ? '' : 's'}`,
    ...(kills === 0 ? [] : [kills === 1 ? 'a kill at every step' : 'a second kill, of the reaper']),
    ...(throws === 0 ? [] : ['an overflow at every call and loop']),
    ...(races === undefined ? [] : ['plain accesses are ordered']),
  ].join(', ')
}

/** A bug that is planted in shipped code, where it shows, and under which bounds. */
export interface Mutant<N extends string> extends Pick<ExploreOptions, 'kills' | 'throws'> {
  readonly name: string
  readonly patch: Patch
  readonly scene: N
  /** Whether it shows only as a race: plain accesses of two threads that nothing orders. */
  readonly races?: true
  /** Schedules within which it must be found, if not as many as for the others. */
  readonly within?: number
}

/** A suite of mutants, each of which is found within so many schedules of its scenario. */
export function testMutants<N extends string>(
  title: string,
  load: (patch: readonly Patch[]) => Promise<Readonly<Record<NoInfer<N>, Maker>>>,
  mutants: readonly Mutant<N>[],
  within: number,
): void {
  const test = suite(`a bug planted in ${title} is found`)
  for (const { name, patch, scene, kills = 0, throws = 0, races = false, ...own } of mutants) {
    const find = async () => {
      const scenes = await load([patch])
      const options = { kills, throws, races, maxSchedules: own.within ?? within, shrink: false }
      const { failure, schedules } = explore(drain(scenes[scene]()) as Scenario<unknown>, options)
      assert.ok(failure !== undefined, `it was found (${schedules} schedules were run)`)
    }
    test(name, find, { timeout: TIMEOUT })
  }
  test.run()
}

/** The same bounds for each of these scenarios. */
export function each<N extends string>(
  names: Iterable<N>,
  ...bounds: ExploreOptions[]
): Record<N, readonly ExploreOptions[]> {
  const runs: Partial<Record<N, readonly ExploreOptions[]>> = {}
  for (const name of names) runs[name] = bounds
  return runs as Record<N, readonly ExploreOptions[]>
}
