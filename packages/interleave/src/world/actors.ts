/**
 * Actors: who there ever is in an exploration. The threads come first, then the reapers of each; numbers stay the same in all
 * runs. What one touched is contended only if another touches it that can live at the same time (`coexist`).
 */

import { InterleaveError } from '../errors.ts'
import { coexist } from '../memory/access.ts'
import { ACTORS } from '../memory/registers.ts'

export class Actors {
  /** By actor: those whose deaths came before it, as bits. */
  private readonly ancestors: number[] = []
  /** By dead actor the one that reaps it. */
  private readonly reapers = new Map<number, number>()

  constructor(threads: number) {
    for (let t = 0; t < threads; t++) this.add(0)
  }

  /** The actor that reaps `dead`. It lives only after `dead`, and no two reapers live at once: one strike hits a thread. */
  reaperOf(dead: number): number {
    let actor = this.reapers.get(dead)
    if (actor === undefined) {
      actor = this.add(this.ancestors[dead] | (1 << dead))
      this.reapers.set(dead, actor)
    }
    return actor
  }

  private add(ancestors: number): number {
    const actor = this.ancestors.length
    if (actor >= ACTORS) throw new InterleaveError('BAD_SCENARIO', 'too many threads and kills to tell apart')
    this.ancestors.push(ancestors)
    coexist[actor] = 0
    for (let other = 0; other < actor; other++) {
      const chained = ((ancestors >>> other) & 1) !== 0
      const bothReap = ancestors !== 0 && this.ancestors[other] !== 0
      if (chained || bothReap) continue
      coexist[actor] |= 1 << other
      coexist[other] |= 1 << actor
    }
    return actor
  }
}
