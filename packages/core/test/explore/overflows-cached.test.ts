import { testOverflows } from './overflows.ts'
import * as scenes from './scenes/cached.ts'

await testOverflows('large blocks in caches', scenes)
