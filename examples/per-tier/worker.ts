// Takes blocks of one tier over from another thread: adds up their words and frees them.

import { threadId } from 'node:worker_threads'
import { Arena, ThreadRecord } from '@hakmem/arena'
import { Mid } from '@hakmem/mid'
import { Tiny } from '@hakmem/tiny'

export interface Blocks {
  tier: 'tiny' | 'mid' | 'large'
  buffer: SharedArrayBuffer
  blocks: Uint32Array
  size: number
}

export function takeShared({ tier, buffer, blocks, size }: Blocks): number {
  const arena = Arena.open(buffer)
  let sum = 0
  for (const p of blocks) {
    for (let at = p >>> 2; at < (p + size) >>> 2; at++) sum += arena.W[at] ?? 0
  }
  // Large blocks go back to who took them: a tier alone has no way to hand them over.
  if (tier !== 'large') {
    const record = ThreadRecord.claim(arena, threadId)
    const own = tier === 'tiny' ? new Tiny(record) : new Mid(record)
    for (const p of blocks) own.free(p)
    record.detach()
  }
  return sum
}

export function takePosted({ blocks }: { blocks: Int32Array[] }): number {
  let sum = 0
  for (const block of blocks) for (const word of block) sum += word
  return sum
}
