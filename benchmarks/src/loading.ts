/**
 * What `import '@hakmem/core'` takes in a fresh process, in milliseconds: as Node loads it, a file per package, and as tsc
 * leaves it, module by module. In turn, for the machine's speed changes; printed are least, median and most.
 *
 *     node benchmarks/dist/loading.js
 */

import { quantileSorted } from 'simple-statistics'
import { coldImport } from './micro/promises.ts'
import { takeNoOptions } from './no-options.ts'

takeNoOptions(`Usage: node benchmarks/dist/loading.js

What the import of @hakmem/core takes in a fresh process, in ms. Takes no options.`)

const ROUNDS = 20

const FORMS: Readonly<Record<string, readonly string[]>> = {
  'a file per package': [],
  'module by module': ['--conditions=module'],
}

const taken = Object.keys(FORMS).map((): number[] => [])
for (let round = 0; round < ROUNDS; round++)
  Object.values(FORMS).forEach((options, k) => {
    taken[k].push(coldImport(options))
  })

console.log(`Node ${process.version}, ms: least, median, most of ${ROUNDS} processes`)
Object.keys(FORMS).forEach((form, k) => {
  taken[k].sort((a, b) => a - b)
  const figures = [0, 0.5, 1].map((share) => quantileSorted(taken[k], share).toFixed(1).padStart(6))
  console.log(`${form.padEnd(20)}${figures.join('')}`)
})
