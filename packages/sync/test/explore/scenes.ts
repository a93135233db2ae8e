// All scenarios, as one module to load.

export * from './async-scenarios.ts'
export * from './overflow-scenarios.ts'
export * from './scenarios.ts'
