/**
 * Lifetimes by call site. The clock counts pages taken, so a block's age is what was allocated since; brief is one that
 * is freed before half of what is live now has been allocated anew. A site is brief, or lasting, once enough of its
 * blocks were, whatever the rest does; until then nothing is said of it.
 */

import { layout } from '@hakmem/arena'

/** Freed blocks of a site before it is judged, and standard errors that its share must be clear by. */
const SAMPLES = 32
const CONFIDENCE = 1.64
/** Share of a site's blocks that must be brief (or, for lasting, the most that may be). */
const BRIEF_SHARE = 0.8
const LASTING_SHARE = 0.2
/** An age in live pages up to which a block was brief. */
const BRIEF_AGE = 0.5
/** Sites that are followed; later ones are not. */
const SITES_MAX = 1024

interface Tally {
  freed: number
  brief: number
}

export class Sites {
  private readonly tallies = new Map<number, Tally>()
  private clock = 0

  /** Pages allocated so far. */
  get now(): number {
    return this.clock
  }

  took(pages: number): void {
    this.clock += pages
  }

  /** A block of the site that was taken at `born` is freed, while `live` pages are live. */
  freed(site: number, born: number, live: number): void {
    if (site === 0) return
    let tally = this.tallies.get(site)
    if (tally === undefined) {
      if (this.tallies.size >= SITES_MAX) return
      tally = { freed: 0, brief: 0 }
      this.tallies.set(site, tally)
    }
    tally.freed++
    if (this.clock - born <= BRIEF_AGE * live) tally.brief++
  }

  /** The table of `layout.H_SITES`: the sites that are known, most frees first. */
  words(): Int32Array {
    const words = new Int32Array(layout.SITES)
    const known = [...this.tallies]
      .map(([site, tally]) => ({ site, ...tally, verdict: verdictOf(tally) }))
      .filter(({ verdict }) => verdict !== undefined)
      .sort((a, b) => b.freed - a.freed)
      .slice(0, layout.SITES)
    known.forEach(({ site, verdict }, k) => {
      words[k] = (site << 1) | (verdict === 'brief' ? 1 : 0)
    })
    return words
  }
}

function verdictOf({ freed, brief }: Tally): 'brief' | 'lasting' | undefined {
  if (freed < SAMPLES) return undefined
  const share = brief / freed
  const error = CONFIDENCE * Math.sqrt((share * (1 - share)) / freed)
  if (share - error >= BRIEF_SHARE) return 'brief'
  return share + error <= LASTING_SHARE ? 'lasting' : undefined
}
