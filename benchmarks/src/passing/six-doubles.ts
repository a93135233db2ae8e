/** The struct that is passed: six doubles, of which struct `k` has k, k + 0.5, ... k + 2.5. */

export const FIELDS = 6
export const BYTES = FIELDS * 8

/** The sum of all fields of structs [first, first + count). */
export function sumOf(first: number, count: number): number {
  return count * (FIELDS * (first + (count - 1) / 2) + 7.5)
}

/** Struct `k`, from index `at` on. */
export function write(fields: Float64Array, at: number, k: number): void {
  fields[at] = k
  fields[at + 1] = k + 0.5
  fields[at + 2] = k + 1
  fields[at + 3] = k + 1.5
  fields[at + 4] = k + 2
  fields[at + 5] = k + 2.5
}

/** The sum of its fields. */
export function read(fields: Float64Array, at: number): number {
  return fields[at] + fields[at + 1] + fields[at + 2] + fields[at + 3] + fields[at + 4] + fields[at + 5]
}
