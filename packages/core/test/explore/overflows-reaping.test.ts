import { testOverflows } from './overflows.ts'
import * as scenes from './scenes/reaping.ts'

await testOverflows('reaping', scenes)
