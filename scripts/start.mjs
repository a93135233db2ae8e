// `npm start`: installs, builds, and runs the contention benchmark in its quick profile.

import { bootstrap, hand } from './bootstrap.mjs'

await bootstrap()
hand('benchmarks/dist/cli.js', ['--profile', 'quick', ...process.argv.slice(2)])
