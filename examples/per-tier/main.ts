// One tier alone on an arena, without the others and without `Heap`: tiny, mid, and large blocks under a policy.

import { threadId } from 'node:worker_threads'
import { Arena, PAGE, ThreadRecord } from '@hakmem/arena'
import { Large } from '@hakmem/learning'
import { Mid } from '@hakmem/mid'
import { Tiny } from '@hakmem/tiny'
import { Piscina } from 'piscina'
import { compare } from '../compare.js'
import type { Blocks } from './worker.js'

const TIERS = [
  { tier: 'tiny', size: 48, count: 200_000 },
  { tier: 'mid', size: 8192, count: 4000 },
  { tier: 'large', size: 1_000_000, count: 40 },
] as const

export async function main(scale: number): Promise<void> {
  const pool = new Piscina({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
  })
  await pool.run({ blocks: [] }, { name: 'takePosted' })
  for (const { tier, size, count: full } of TIERS) {
    const count = Math.max(10, Math.round(full * scale))
    console.log(`\n${tier}: ${count} blocks of ${size} bytes, made here, read and freed by a worker`)
    await compare('blocks', count, {
      shared: () => shared(pool, tier, size, count),
      posted: () => posted(pool, size, count),
    })
  }
  await pool.destroy()
}

async function shared(pool: Piscina, tier: Blocks['tier'], size: number, count: number): Promise<number> {
  const arena = Arena.create({ bytes: 128 * 2 ** 20, threads: 2 })
  const record = ThreadRecord.claim(arena, threadId)
  const large = new Large(record)
  const small = tier === 'tiny' ? new Tiny(record) : new Mid(record)
  const blocks = new Uint32Array(count)
  for (let k = 0; k < count; k++) {
    const p = tier === 'large' ? large.take(size) : small.malloc(size)
    arena.W.fill(k, p >>> 2, (p + size) >>> 2)
    blocks[k] = p
  }
  const given: Blocks = { tier, buffer: arena.buffer, blocks, size }
  const sum: number = await pool.run(given, { name: 'takeShared' })
  if (tier === 'large') {
    record.enter()
    for (const p of blocks) large.release(p / PAGE)
    record.leave()
  }
  record.detach()
  return sum
}

async function posted(pool: Piscina, size: number, count: number): Promise<number> {
  const blocks = Array.from({ length: count }, (_, k) => new Int32Array(size / 4).fill(k))
  return pool.run({ blocks }, { name: 'takePosted' })
}
