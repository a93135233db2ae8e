// What goes between the page and its workers.

import type { HeapHandle } from '@hakmem/core'
import { f64, str, struct, u32 } from '@hakmem/structs'

export class Message extends struct({ id: u32, value: f64, label: str(12) }) {}

export interface PlainMessage {
  id: number
  value: number
  label: string
}

export type Role = 'maker' | 'doubler'

/** To a worker. */
export type Order =
  | { role: Role; heap: HeapHandle }
  | { count: number; shared: boolean }
  | { pointers: Uint32Array<ArrayBuffer> }
  | { messages: PlainMessage[] }

/** From a worker. */
export type Answer = { pointers: Uint32Array<ArrayBuffer> } | { messages: PlainMessage[] } | { left: true }

/** What the libraries of this project do not declare of browsers. */
export interface Port {
  postMessage(message: unknown, transfer?: ArrayBuffer[]): void
  addEventListener(type: 'message', listener: (event: { data: never }) => void): void
}
