import { testOverflows } from './overflows.ts'
import * as scenes from './scenes/frees.ts'

await testOverflows('frees of other threads', scenes)
