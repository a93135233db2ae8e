// Pulls some of the bodies towards all of them: where they are in shared memory, or on copies.

import { Heap, type HeapHandle, type Ptr } from '@hakmem/core'
import { Body, DT, type PlainBody, SOFTENING } from './body.js'

export interface SharedTask {
  heap: HeapHandle
  bodies: Ptr<Body>
  count: number
  from: number
  to: number
}

/** Bodies `from` to `to`: changes their velocities. Nobody moves meanwhile. */
export function pullShared({ heap: handle, bodies, count, from, to }: SharedTask): void {
  const heap = Heap.attach(handle)
  const all = Body.manyAt(heap, bodies, count)
  const [body, other] = [all.at(0), all.at(0)]
  for (let i = from; i < to; i++) {
    body.moveTo(all.ptrAt(i))
    const { x, y, z } = body
    let [ax, ay, az] = [0, 0, 0]
    for (let k = 0; k < count; k++) {
      other.moveTo(all.ptrAt(k))
      const [dx, dy, dz] = [other.x - x, other.y - y, other.z - z]
      const d2 = dx * dx + dy * dy + dz * dz + SOFTENING
      const pull = other.mass / (d2 * Math.sqrt(d2))
      ax += pull * dx
      ay += pull * dy
      az += pull * dz
    }
    body.vx += ax * DT
    body.vy += ay * DT
    body.vz += az * DT
  }
}

/** The same for objects: gets all of them, gives back those that it changed. */
export function pullPosted({
  bodies,
  from,
  to,
}: {
  bodies: PlainBody[]
  from: number
  to: number
}): PlainBody[] {
  for (let i = from; i < to; i++) {
    const body = bodies[i] as PlainBody
    const { x, y, z } = body
    let [ax, ay, az] = [0, 0, 0]
    for (const other of bodies) {
      const [dx, dy, dz] = [other.x - x, other.y - y, other.z - z]
      const d2 = dx * dx + dy * dy + dz * dz + SOFTENING
      const pull = other.mass / (d2 * Math.sqrt(d2))
      ax += pull * dx
      ay += pull * dy
      az += pull * dz
    }
    body.vx += ax * DT
    body.vy += ay * DT
    body.vz += az * DT
  }
  return bodies.slice(from, to)
}
