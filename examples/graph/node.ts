// A graph: nodes, each with a list of edges to others.

import type { Heap, Ptr } from '@hakmem/core'
import { atomic, f64, ptr, struct, u32 } from '@hakmem/structs'

export class Edge extends struct({ to: ptr<Vertex>(), next: ptr<Edge>() }) {}

export class Vertex extends struct({
  value: f64,
  degree: u32,
  visits: atomic(u32),
  edges: ptr<Edge>(),
}) {}

/** The same as plain objects, for postMessage: edges by index. */
export interface PlainVertex {
  value: number
  visits: number
  edges: number[]
}

/** Numbers that look random, the same each time. */
export function numbers(seed: number): () => number {
  let x = seed >>> 0
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0
    return x >>> 8
  }
}

/** Which vertices the edges of vertex `k` lead to. */
export function* neighbours(count: number, degree: number): Generator<number[]> {
  const random = numbers(7)
  for (let k = 0; k < count; k++) yield Array.from({ length: degree }, () => random() % count)
}

/** The graph in shared memory: the pointer to each vertex. */
export function build(heap: Heap, count: number, degree: number): Uint32Array {
  const vertices = new Uint32Array(new SharedArrayBuffer(4 * count))
  for (let k = 0; k < count; k++) vertices[k] = Vertex.make(heap, { value: k % 100, degree })
  const vertex = Vertex.at(heap, vertices[0] as Ptr<Vertex>)
  let k = 0
  for (const targets of neighbours(count, degree)) {
    vertex.moveTo(vertices[k++] as Ptr<Vertex>)
    for (const target of targets) {
      vertex.edges = Edge.make(heap, { to: vertices[target] as Ptr<Vertex>, next: vertex.edges })
    }
  }
  return vertices
}

/** Frees all of it. */
export function tearDown(heap: Heap, vertices: Uint32Array): void {
  const vertex = Vertex.at(heap, vertices[0] as Ptr<Vertex>)
  for (const p of vertices) {
    for (let edge = vertex.moveTo(p as Ptr<Vertex>).edges; edge !== 0; ) {
      const { next } = Edge.at(heap, edge)
      Edge.free(heap, edge)
      edge = next
    }
    Vertex.free(heap, vertex.ptr)
  }
}
