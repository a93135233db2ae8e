import { testOverflows } from './overflows.ts'
import * as scenes from './scenes/overflows.ts'

await testOverflows('slow paths', scenes)
