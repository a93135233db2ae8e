/** hakmem itself, used as the README of `@hakmem/core` tells a user to. */

import { Heap } from '@hakmem/core'
import type { ScriptPeer } from './allocator.ts'
import { packageVersion } from './version.ts'

export const peer: ScriptPeer = {
  version: packageVersion('@hakmem/core'),
  create(bytes, threads) {
    const heap = Heap.create({ bytes, threads })
    return { allocator: heap, handle: heap.handle }
  },
  attach: (handle) => Heap.attach(handle as Heap['handle']),
}
