// Every shared step of the heap, as scenarios: who races with whom, on as small a stage as shows it. One module, so that one
// load puts one rewritten heap under all of them.

export * from './scenes/adoption.ts'
export * from './scenes/cached.ts'
export * from './scenes/frees.ts'
export * from './scenes/large.ts'
export * from './scenes/magazines.ts'
export * from './scenes/overflows.ts'
export * from './scenes/reaping.ts'
export * from './scenes/records.ts'
export * from './scenes/vacancies.ts'
