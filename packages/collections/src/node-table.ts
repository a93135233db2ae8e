/**
 * A hash table of nodes on the heap: what SharedMap and StringTable are made of.
 *
 * One header block, one block of slots, a block per node. Open addressing, linear probing; a slot is 0 (empty), 1 (was
 * removed) or a node. Readers hold the read lock, writers the write lock, of an RWLock in the header; so readers do not
 * wait for each other and share no word that they write.
 *
 * Deaths. Every change is one store: a node is filled before its slot is stored, new slots before the header leads to them,
 * a removed node is freed after its slot is stored. So a table whose writer died is whole as it is. `H_PENDING` names the
 * block that is not linked yet; the next writer frees it, unless it is linked by now, and counts again. A block that was
 * unlinked when its writer died before it had freed it is lost: one node, or one block of slots. A block that `malloc`
 * had just handed out is among the suspects of the reaping.
 *
 * It grows when 5/8 of the slots are not empty, to 4 slots per node; everybody waits meanwhile.
 */

import type { Heap, Ptr } from '@hakmem/core'
import { canBlock, RWLock } from '@hakmem/sync'
import { NoCollectionError, requireHeap } from './errors.ts'
import { hashOf, hasKey, type Key, N_HASH, nodeBytes, tagOf, writeNode } from './keys.ts'

// Words of the header.
const H_MAGIC = 0
const H_LOCK = 1
/** Byte offset of the slots: a word that says how many there are (a power of two), then they. */
const H_SLOTS = 3
/** Nodes, and slots that are not empty. Hints: a death may leave them one off until the next writer counts. */
const H_LIVE = 4
const H_USED = 5
/** A block that is not linked, or 0. By the writer. */
const H_PENDING = 6
const HEADER_BYTES = 64

const REMOVED = 1
const FIRST_ROOM = 8

export class NodeTable {
  private readonly heap: Heap
  /** Word offset of the header. */
  private readonly at: number
  private readonly lock: RWLock

  /** A view of the table at `ptr`. Throws NoCollectionError. */
  constructor(heap: Heap, ptr: number, kind: string, magic: number) {
    requireHeap('at', heap)
    if (!heap.owns(ptr) || heap.I32[(ptr >>> 2) + H_MAGIC] !== magic) throw new NoCollectionError(kind, ptr)
    this.heap = heap
    this.at = ptr >>> 2
    this.lock = new RWLock(heap.sync, ptr + 4 * H_LOCK)
  }

  static create(heap: Heap, magic: number): Ptr {
    requireHeap('create', heap)
    const ptr = heap.calloc(1, HEADER_BYTES)
    try {
      const slots = heap.calloc(1 + FIRST_ROOM, 4)
      heap.I32[slots >>> 2] = FIRST_ROOM
      heap.I32[(ptr >>> 2) + H_SLOTS] = slots
      heap.I32[(ptr >>> 2) + H_MAGIC] = magic
    } catch (error) {
      heap.free(ptr)
      throw error
    }
    return ptr
  }

  /** Frees the table with all its nodes; nobody may use it any more. */
  destroy(): void {
    const { heap, at } = this
    this.enterWrite()
    heap.I32[at + H_MAGIC] = 0
    this.leaveWrite()
    for (const node of this.nodes()) heap.free(node)
    heap.free(heap.U32[at + H_SLOTS])
    heap.free(at * 4)
  }

  get ptr(): Ptr {
    return (this.at * 4) as Ptr
  }

  get size(): number {
    return this.heap.I32[this.at + H_LIVE]
  }

  enterRead(): void {
    if (canBlock) this.lock.readLock()
    else while (!this.lock.tryReadLock());
  }

  leaveRead(): void {
    this.lock.readUnlock()
  }

  enterWrite(): void {
    if (canBlock) this.lock.writeLock()
    else while (!this.lock.tryWriteLock());
    // Something pending without a death: the last writer was thrown out of its operation.
    if (!this.lock.ownerDied && this.heap.I32[this.at + H_PENDING] === 0) return
    this.repair()
    if (this.lock.ownerDied) this.lock.consistent()
  }

  leaveWrite(): void {
    this.lock.writeUnlock()
  }

  /** The node with this key, or 0. Reader or writer. */
  find(key: Key): number {
    const slot = this.slotOf(hashOf(key), tagOf(key), key)
    return slot === 0 ? 0 : this.heap.U32[slot]
  }

  /** Adds a node; the key must not be in. Writer. Throws OutOfMemoryError, nothing changed. */
  insert(key: Key, value: number): Ptr {
    const { heap, at } = this
    const W = heap.I32
    const tag = tagOf(key)
    const hash = hashOf(key)
    if ((W[at + H_USED] + 1) * 8 > W[heap.U32[at + H_SLOTS] >>> 2] * 5) this.grow()
    const node = heap.malloc(nodeBytes(tag))
    W[at + H_PENDING] = node
    writeNode(heap, node, hash, tag, key, value)
    this.place(heap.U32[at + H_SLOTS], node, hash)
    W[at + H_LIVE]++
    W[at + H_USED]++
    W[at + H_PENDING] = 0
    return node
  }

  /** Removes the node with this key, if there is one, and frees it. Writer. */
  remove(key: Key): void {
    const { heap, at } = this
    const slot = this.slotOf(hashOf(key), tagOf(key), key)
    if (slot === 0) return
    const node = heap.U32[slot]
    heap.I32[slot] = REMOVED
    heap.I32[at + H_LIVE]--
    heap.free(node)
  }

  /** All nodes, as they lie. Reader or writer. */
  nodes(): number[] {
    const { U32 } = this.heap
    const slots = U32[this.at + H_SLOTS] >>> 2
    const nodes: number[] = []
    for (let k = 1; k <= U32[slots]; k++) if (U32[slots + k] > REMOVED) nodes.push(U32[slots + k])
    return nodes
  }

  /** Word offset of the slot with this key, or 0. There always is an empty slot at which to stop. */
  private slotOf(hash: number, tag: number, key: Key): number {
    const { heap } = this
    const { U32 } = heap
    const slots = U32[this.at + H_SLOTS] >>> 2
    const mask = U32[slots] - 1
    for (let k = hash & mask; ; k = (k + 1) & mask) {
      const node = U32[slots + 1 + k]
      if (node === 0) return 0
      if (node !== REMOVED && hasKey(heap, node, hash, tag, key)) return slots + 1 + k
    }
  }

  /** Stores `node` in the first empty slot for its hash. */
  private place(block: number, node: number, hash: number): void {
    const { U32 } = this.heap
    const slots = block >>> 2
    const mask = U32[slots] - 1
    let k = hash & mask
    while (U32[slots + 1 + k] !== 0) k = (k + 1) & mask
    U32[slots + 1 + k] = node
  }

  private grow(): void {
    const { heap, at } = this
    const W = heap.I32
    const live = W[at + H_LIVE]
    const room = Math.max(FIRST_ROOM, 2 ** Math.ceil(Math.log2(4 * (live + 1))))
    const block = heap.calloc(1 + room, 4)
    W[at + H_PENDING] = block
    W[block >>> 2] = room
    for (const node of this.nodes()) this.place(block, node, W[(node >>> 2) + N_HASH])
    const old = heap.U32[at + H_SLOTS]
    W[at + H_SLOTS] = block
    W[at + H_USED] = live
    W[at + H_PENDING] = 0
    heap.free(old)
  }

  /** After a writer died, or was thrown out: frees what it had not linked, and counts again. */
  private repair(): void {
    const { heap, at } = this
    const { U32 } = heap
    const slots = U32[at + H_SLOTS] >>> 2
    const pending = U32[at + H_PENDING]
    let isLinked = pending === slots * 4
    let live = 0
    let used = 0
    for (let k = 1; k <= U32[slots]; k++) {
      const node = U32[slots + k]
      if (node !== 0) used++
      if (node > REMOVED) live++
      if (node === pending) isLinked = true
    }
    heap.I32[at + H_LIVE] = live
    heap.I32[at + H_USED] = used
    // First forgotten, then freed: a block may be lost, and is never freed twice.
    heap.I32[at + H_PENDING] = 0
    if (!isLinked) heap.free(pending)
  }
}
