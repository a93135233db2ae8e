// What the module reads: a struct whose layout goes into its code.

import { f64, oneOf, ptr, struct, u32 } from '@hakmem/structs'

export class Reading extends struct({
  sensor: u32,
  kind: oneOf('heat', 'light', 'sound'),
  value: f64,
  next: ptr<Reading>(),
}) {}

export interface PlainReading {
  sensor: number
  kind: 'heat' | 'light' | 'sound'
  value: number
}

const KINDS = ['heat', 'light', 'sound'] as const

export const readingOf = (k: number): PlainReading => ({
  sensor: k % 17,
  kind: KINDS[k % 3] ?? 'heat',
  value: k / 8,
})
