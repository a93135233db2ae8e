import { testOverflows } from './overflows.ts'
import * as scenes from './scenes/large.ts'

await testOverflows('large blocks', scenes)
