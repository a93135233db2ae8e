// Walks a graph at random, adds up the values on the way, counts the visits.

import { Heap, type HeapHandle, type Ptr } from '@hakmem/core'
import { Edge, numbers, type PlainVertex, Vertex } from './node.js'

export interface Walk {
  seed: number
  steps: number
}

/** On the graph in shared memory. */
export function walkShared({
  heap: handle,
  vertices,
  seed,
  steps,
}: Walk & { heap: HeapHandle; vertices: Uint32Array }): number {
  const heap = Heap.attach(handle)
  const random = numbers(seed)
  const vertex = Vertex.at(heap, vertices[seed % vertices.length] as Ptr<Vertex>)
  const edge = Edge.at(heap, vertex.edges as Ptr<Edge>)
  let sum = 0
  for (let step = 0; step < steps; step++) {
    sum += vertex.value
    vertex.visits.add(1)
    edge.moveTo(vertex.edges as Ptr<Edge>)
    for (let k = random() % vertex.degree; k > 0; k--) edge.moveTo(edge.next as Ptr<Edge>)
    vertex.moveTo(edge.to as Ptr<Vertex>)
  }
  heap.park()
  return sum
}

/** On a copy of it; the visits must go back for others to see. */
export function walkPosted({ graph, seed, steps }: Walk & { graph: PlainVertex[] }): {
  sum: number
  visits: Uint32Array
} {
  const random = numbers(seed)
  const visits = new Uint32Array(graph.length)
  let at = seed % graph.length
  let sum = 0
  for (let step = 0; step < steps; step++) {
    const { value, edges } = graph[at] as PlainVertex
    sum += value
    visits[at] = (visits[at] ?? 0) + 1
    // The lists in shared memory are in the reverse order of their making.
    at = edges[edges.length - 1 - (random() % edges.length)] ?? 0
  }
  return { sum, visits }
}
