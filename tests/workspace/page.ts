// A page that makes a heap and does no more, for `size.test.ts` to bundle.

import { Heap } from '@hakmem/core'

Heap.create()
