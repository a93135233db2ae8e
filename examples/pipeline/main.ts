// A CSV file parsed, transformed and added up by three workers at once.

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { Queue } from '@hakmem/collections'
import { Heap } from '@hakmem/core'
import { Piscina } from 'piscina'
import { compare } from '../compare.js'
import { writeCsv } from './row.js'

/** Rows between two stages at most: whoever is faster waits. */
const CAPACITY = 1024

export async function main(scale: number): Promise<void> {
  const rows = Math.max(1000, Math.round(500_000 * scale))
  const folder = mkdtempSync(join(tmpdir(), 'hakmem-pipeline-'))
  const path = join(folder, 'readings.csv')
  writeCsv(path, rows)
  console.log(`${rows} rows, ${(statSync(path).size / 2 ** 20).toFixed(1)} MiB: parse, transform, aggregate`)

  const heap = Heap.create({ bytes: 64 * 2 ** 20, threads: 4 })
  const [shared, posted] = ['shared', 'posted'].map((name) => {
    const filename = new URL(`./${name}.worker.js`, import.meta.url).href
    return new Piscina({ filename, minThreads: 3, maxThreads: 3 })
  }) as [Piscina, Piscina]
  heap.watch(shared)
  await compare('rows', rows, {
    shared: () => runShared(shared, heap, path),
    posted: () => runPosted(posted, path),
  })
  console.log(`still allocated: ${heap.audit().live} bytes`)
  await Promise.all([shared.destroy(), posted.destroy()])
  heap.detach()
  rmSync(folder, { recursive: true })
}

async function runShared(pool: Piscina, heap: Heap, path: string): Promise<number> {
  const [parsed, transformed] = [Queue.create(heap, CAPACITY), Queue.create(heap, CAPACITY)]
  const stages = [
    { name: 'parseStage', from: 0, to: parsed.ptr },
    { name: 'transformStage', from: parsed.ptr, to: transformed.ptr },
    { name: 'aggregateStage', from: transformed.ptr, to: 0 },
  ]
  const results: number[] = await Promise.all(
    stages.map(({ name, from, to }) => pool.run({ heap: heap.handle, from, to, path }, { name })),
  )
  for (const { ptr } of [parsed, transformed]) Queue.destroy(heap, ptr)
  return results.at(-1) ?? Number.NaN
}

async function runPosted(pool: Piscina, path: string): Promise<number> {
  const [parsed, transformed] = [new MessageChannel(), new MessageChannel()]
  const stages = [
    { name: 'parseStage', ports: { to: parsed.port1 } },
    { name: 'transformStage', ports: { from: parsed.port2, to: transformed.port1 } },
    { name: 'aggregateStage', ports: { from: transformed.port2 } },
  ]
  const results: number[] = await Promise.all(
    stages.map(({ name, ports }) =>
      pool.run({ ...ports, path }, { name, transferList: Object.values(ports) }),
    ),
  )
  return results.at(-1) ?? Number.NaN
}
