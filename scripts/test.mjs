// `npm test`: installs, builds, and runs every test; `npm test -- --only arena` runs some of them.

import { bootstrap, hand } from './bootstrap.mjs'

await bootstrap()
hand('tests/harness/dist/run.js', process.argv.slice(2))
