// In a process of its own: prints how many milliseconds the import of the package takes.

const start = performance.now()
await import('@hakmem/core')
console.log(performance.now() - start)

export {}
