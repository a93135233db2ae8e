import { testOverflows } from './overflows.ts'
import * as scenes from './scenes/records.ts'

await testOverflows('extents and records', scenes)
