// Gravity between particles in a Piscina pool: the bodies lie in shared memory and stay there.

import { Heap } from '@hakmem/core'
import { Piscina } from 'piscina'
import { compare } from '../compare.js'
import { Body, DT, type PlainBody, startOf } from './body.js'
import type { SharedTask } from './worker.js'

const WORKERS = 2

export async function main(scale: number): Promise<void> {
  const count = Math.max(50, Math.round(2000 * Math.sqrt(scale)))
  const steps = Math.max(2, Math.round(20 * scale))
  const filename = new URL('./worker.js', import.meta.url).href
  const pool = new Piscina({ filename, minThreads: WORKERS, maxThreads: WORKERS })
  const heap = Heap.create({ bytes: 16 * 2 ** 20, threads: WORKERS + 1 })
  heap.watch(pool)
  console.log(`${count} bodies, ${steps} steps, ${WORKERS} workers`)
  // So that no figure has the start of the workers in it.
  await Promise.all(shares(0).map((share) => pool.run({ ...share, bodies: [] }, { name: 'pullPosted' })))

  await compare('steps', steps, {
    shared: () => shared(pool, heap, count, steps),
    posted: () => posted(pool, count, steps),
  })
  console.log(`still allocated: ${heap.audit().live} bytes`)
  await pool.destroy()
  heap.detach()
}

/** Who does which of `count` bodies. */
function shares(count: number): { from: number; to: number }[] {
  const cuts = Array.from({ length: WORKERS + 1 }, (_, k) => Math.round((k * count) / WORKERS))
  return cuts.slice(1).map((to, k) => ({ from: cuts[k] ?? 0, to }))
}

async function shared(pool: Piscina, heap: Heap, count: number, steps: number): Promise<number> {
  using bodies = Body.makeMany(heap, count)
  let k = 0
  for (const body of bodies) Object.assign(body, startOf(k++))
  const tasks = shares(count).map(
    (share): SharedTask => ({ ...share, heap: heap.handle, bodies: bodies.ptr, count }),
  )
  for (let step = 0; step < steps; step++) {
    await Promise.all(tasks.map((task) => pool.run(task, { name: 'pullShared' })))
    for (const body of bodies) {
      body.x += body.vx * DT
      body.y += body.vy * DT
      body.z += body.vz * DT
    }
  }
  let energy = 0
  for (const body of bodies) energy += body.energy
  return energy
}

async function posted(pool: Piscina, count: number, steps: number): Promise<number> {
  let bodies = Array.from({ length: count }, (_, k) => startOf(k))
  for (let step = 0; step < steps; step++) {
    const parts: PlainBody[][] = await Promise.all(
      shares(count).map((share) => pool.run({ bodies, ...share }, { name: 'pullPosted' })),
    )
    bodies = parts.flat()
    for (const body of bodies) {
      body.x += body.vx * DT
      body.y += body.vy * DT
      body.z += body.vz * DT
    }
  }
  return bodies.reduce((sum, { mass, vx, vy, vz }) => sum + 0.5 * mass * (vx ** 2 + vy ** 2 + vz ** 2), 0)
}
