/**
 * The free-run index: which rows of pages a thread holds and does not use, smallest first, then lowest first.
 *
 * A treap (Seidel and Aragon, 1996) whose nodes are the free runs themselves: the two links of a run's first page
 * are its children, the hint word on its first and last page is its length (tagged), and its priority is a hash of
 * its page, so nothing more is stored. Best fit in address order is a descent: the expected depth is below 3 log2 of
 * the number of runs, and no loop takes more steps than there are runs.
 *
 * One thread uses it. All of it is hints: whatever is not in a used run is free, and `clear` with `add` rebuilds it.
 */

import type { Arena } from './arena.ts'
import { FREE_TAG, R_FREE_PAGES, R_ROOT } from './layout.ts'

export class FreeIndex {
  private readonly W: Int32Array
  private readonly root: number
  private readonly total: number
  /** Word offsets: `left` and `right` child and length, by page. */
  private readonly left: number
  private readonly right: number
  private readonly length: number

  constructor(arena: Arena, record: number) {
    const g = arena.geometry
    this.W = arena.W
    this.root = record + R_ROOT
    this.total = record + R_FREE_PAGES
    this.left = g.next
    this.right = g.prev
    this.length = g.aux
  }

  /** Pages in the index. */
  get pages(): number {
    return this.W[this.total]
  }

  clear(): void {
    this.W[this.root] = 0
    this.W[this.total] = 0
  }

  lengthOf(page: number): number {
    return this.W[this.length + page] & ~FREE_TAG
  }

  /** Length of the free run that starts or ends at `page`, 0 if none does. */
  tagged(page: number): number {
    const word = this.W[this.length + page]
    return (word & FREE_TAG) !== 0 ? word & ~FREE_TAG : 0
  }

  /** The smallest run of at least `length` pages, of those the lowest; with `from`, not before (length, from). 0 if none. */
  find(length: number, from = 0): number {
    const W = this.W
    let best = 0
    let node = W[this.root]
    while (node !== 0) {
      if (this.before(node, length, from)) {
        node = W[this.right + node]
      } else {
        best = node
        node = W[this.left + node]
      }
    }
    return best
  }

  /** The lowest run of at least `length` pages that starts at `from` or behind. Looks at each run once. 0 if none. */
  lowest(length: number, from = 0): number {
    let best = 0
    for (let node = this.find(length); node !== 0; node = this.find(this.lengthOf(node), node + 1)) {
      if (node >= from && (best === 0 || node < best)) best = node
    }
    return best
  }

  /** The highest run of at least `length` pages. Looks at each run once. 0 if none. */
  highest(length: number): number {
    let best = 0
    for (let node = this.find(length); node !== 0; node = this.find(this.lengthOf(node), node + 1)) {
      if (node > best) best = node
    }
    return best
  }

  insert(page: number, length: number): void {
    const W = this.W
    W[this.length + page] = FREE_TAG | length
    W[this.length + page + length - 1] = FREE_TAG | length
    W[this.total] += length

    const mine = priority(page)
    let link = this.root
    let node = W[link]
    while (node !== 0 && priority(node) >= mine) {
      link = (this.before(node, length, page) ? this.right : this.left) + node
      node = W[link]
    }
    W[link] = page
    // What hung there is split around the new node.
    let left = this.left + page
    let right = this.right + page
    while (node !== 0) {
      if (this.before(node, length, page)) {
        W[left] = node
        left = this.right + node
        node = W[left]
      } else {
        W[right] = node
        right = this.left + node
        node = W[right]
      }
    }
    W[left] = 0
    W[right] = 0
  }

  remove(page: number): void {
    const W = this.W
    const length = this.lengthOf(page)
    let link = this.root
    let node = W[link]
    while (node !== page && node !== 0) {
      link = (this.before(node, length, page) ? this.right : this.left) + node
      node = W[link]
    }
    if (node === 0) return
    let left = W[this.left + page]
    let right = W[this.right + page]
    while (left !== 0 && right !== 0) {
      if (priority(left) > priority(right)) {
        W[link] = left
        link = this.right + left
        left = W[link]
      } else {
        W[link] = right
        link = this.left + right
        right = W[link]
      }
    }
    W[link] = left !== 0 ? left : right
    W[this.length + page] = 0
    W[this.length + page + length - 1] = 0
    W[this.total] -= length
  }

  /** Whether the run at `node` orders before (length, page). */
  private before(node: number, length: number, page: number): boolean {
    const own = this.W[this.length + node] & ~FREE_TAG
    return own < length || (own === length && node < page)
  }
}

/** A well-spread hash of a page number (Fibonacci hashing, finished by a shift-xor). */
function priority(page: number): number {
  const hash = Math.imul(page, 0x9e3779b1)
  return (hash ^ (hash >>> 15)) >>> 0
}
