// One graph, walked by all workers at once: in shared memory there is one of it, whoever walks.

import { Heap, type Ptr } from '@hakmem/core'
import { Piscina } from 'piscina'
import { compare } from '../compare.js'
import { build, neighbours, type PlainVertex, tearDown, Vertex } from './node.js'

const WORKERS = 2
const DEGREE = 6

export async function main(scale: number): Promise<void> {
  const count = Math.max(1000, Math.round(100_000 * scale))
  const steps = Math.max(1000, Math.round(200_000 * scale))
  const rounds = 5
  const filename = new URL('./worker.js', import.meta.url).href
  const pool = new Piscina({ filename, minThreads: WORKERS, maxThreads: WORKERS })
  const heap = Heap.create({ bytes: 128 * 2 ** 20, threads: WORKERS + 1 })
  heap.watch(pool)
  const vertices = build(heap, count, DEGREE)
  const graph: PlainVertex[] = [...neighbours(count, DEGREE)].map((edges, k) => ({
    value: k % 100,
    visits: 0,
    edges,
  }))
  console.log(
    `${count} vertices, ${count * DEGREE} edges, ${rounds} rounds of ${WORKERS} walks of ${steps} steps`,
  )

  const walks = (round: number) =>
    Array.from({ length: WORKERS }, (_, k) => ({ seed: round * WORKERS + k + 1, steps }))
  await compare('steps', rounds * WORKERS * steps, {
    shared: async () => {
      let sum = 0
      for (let round = 0; round < rounds; round++) {
        const sums = await Promise.all(
          walks(round).map((walk) =>
            pool.run({ ...walk, heap: heap.handle, vertices }, { name: 'walkShared' }),
          ),
        )
        for (const each of sums) sum += each
      }
      const vertex = Vertex.at(heap, vertices[0] as Ptr<Vertex>)
      let visits = 0
      for (const p of vertices) visits += vertex.moveTo(p as Ptr<Vertex>).visits.load()
      return sum + visits
    },
    posted: async () => {
      let sum = 0
      for (let round = 0; round < rounds; round++) {
        const results: { sum: number; visits: Uint32Array }[] = await Promise.all(
          walks(round).map((walk) => pool.run({ ...walk, graph }, { name: 'walkPosted' })),
        )
        for (const result of results) {
          sum += result.sum
          for (const [k, vertex] of graph.entries()) vertex.visits += result.visits[k] ?? 0
        }
      }
      return sum + graph.reduce((visits, vertex) => visits + vertex.visits, 0)
    },
  })
  tearDown(heap, vertices)
  console.log(`still allocated: ${heap.audit().live} bytes`)
  await pool.destroy()
  heap.detach()
}
