// Structs that several tests use.

import {
  array,
  atomic,
  bool,
  f32,
  f64,
  i8,
  i16,
  i32,
  i64,
  mutex,
  oneOf,
  ptr,
  str,
  struct,
  u8,
  u16,
  u32,
  u64,
} from '@hakmem/structs'

export class Particle extends struct({
  pos: array(f64, 3),
  hits: atomic(u32),
  lock: mutex,
  name: str(16),
  next: ptr<Particle>(),
  kind: oneOf('dust', 'star'),
}) {
  get speed(): number {
    return Math.hypot(...this.pos)
  }

  label(): string {
    return `${this.name} (${this.kind})`
  }
}

/** A field of every width of number. */
export class Numbers extends struct({
  a: u8,
  b: i8,
  c: u16,
  d: i16,
  e: u32,
  f: i32,
  g: u64,
  h: i64,
  i: f32,
  j: f64,
  k: bool,
}) {}
