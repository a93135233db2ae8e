import { testOverflows } from './overflows.ts'
import * as scenes from './scenes/adoption.ts'

await testOverflows('adoption', scenes)
