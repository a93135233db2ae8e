/**
 * A colour for each contender of a run, the same in every chart; hakmem's is the accent of the page. An allocator
 * that also takes part told to keep its memory ('-keep') has one colour for both: the one that gives memory back
 * is dashed.
 */

import { SUBJECT } from '../../peers/peers.ts'

const KEEP = '-keep'
/** How many custom properties `--line-1`, `--line-2` ... style.ts has. */
const LINES = 12

export class Colours {
  readonly peers: readonly string[]
  readonly #families: readonly string[]

  constructor(peers: Iterable<string>) {
    this.peers = [...new Set(peers)]
    this.#families = [...new Set(this.peers.filter((peer) => peer !== SUBJECT).map(familyOf))]
  }

  of(peer: string): string {
    if (peer === SUBJECT) return 'var(--accent)'
    return `var(--line-${(this.#families.indexOf(familyOf(peer)) % LINES) + 1})`
  }

  dashed(peer: string): boolean {
    return this.peers.includes(peer + KEEP)
  }
}

function familyOf(peer: string): string {
  return peer.endsWith(KEEP) ? peer.slice(0, -KEEP.length) : peer
}
