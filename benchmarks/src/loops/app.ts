/**
 * The module of a program that has its allocator: exported functions, which the other modules call. See `called.ts`.
 */

import type { Mallocs } from '../peers/allocator.ts'

let heap: Mallocs

/** This thread's allocator from now on. */
export function use(allocator: Mallocs): void {
  heap = allocator
}

export function malloc(size: number): number {
  return heap.malloc(size)
}

export function free(p: number): void {
  heap.free(p)
}
