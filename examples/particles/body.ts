// A body, declared once; main thread and workers import it.

import { f64, struct } from '@hakmem/structs'

export class Body extends struct({
  x: f64,
  y: f64,
  z: f64,
  vx: f64,
  vy: f64,
  vz: f64,
  mass: f64,
}) {
  get energy(): number {
    return 0.5 * this.mass * (this.vx ** 2 + this.vy ** 2 + this.vz ** 2)
  }
}

/** The same as a plain object, for postMessage. */
export interface PlainBody {
  x: number
  y: number
  z: number
  vx: number
  vy: number
  vz: number
  mass: number
}

export const DT = 0.01
/** Keeps bodies that come close from flying apart. */
export const SOFTENING = 0.1

/** A made-up start: the same each time, for both ways. */
export function startOf(k: number): PlainBody {
  const angle = k * 2.399963
  const radius = Math.sqrt(k + 1)
  return {
    x: radius * Math.cos(angle),
    y: radius * Math.sin(angle),
    z: (k % 7) - 3,
    vx: -Math.sin(angle),
    vy: Math.cos(angle),
    vz: 0,
    mass: 1 + (k % 3),
  }
}
