import { testOverflows } from './overflows.ts'
import * as scenes from './scenes/magazines.ts'

await testOverflows('magazines', scenes)
