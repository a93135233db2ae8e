/**
 * Workloads that all threads play in rounds: a round is always played to its end, and a run is whole rounds until
 * the time is up, or until lane 0 has done its operations. Between two rounds the thread that comes last does what
 * main would do, while the others wait.
 */

import type { Part, Task } from '../contender/part.ts'
import { meet, monotonicSeconds } from '../contender/waiting.ts'
import { OPERATIONS, OVER, report } from './board.ts'
import type { Shape } from './kind.ts'

/** `play` plays a round and returns its operations; each seat has the lane of its number. */
export function playRounds<S extends Shape>(
  part: Part<S>,
  task: Task,
  play: () => number,
  between: () => void = () => {},
): void {
  const { board, seats, started } = part
  const lane = part.lane(part.seat)
  const first = part.lane(0).clock
  // Plain accesses of what others wrote: the barrier lies in between.
  const end = () => {
    between()
    if (monotonicSeconds() - started >= task.seconds || first[OPERATIONS] >= task.operations)
      board.head[OVER] = task.round
  }
  let done = 0
  do {
    done += play()
    lane.clock[OPERATIONS] = done
    meet(board, seats, end)
  } while (board.head[OVER] !== task.round)
  report(lane, monotonicSeconds(), done)
}
