import { testOverflows } from './overflows.ts'
import * as scenes from './scenes/vacancies.ts'

await testOverflows('records left vacant', scenes)
