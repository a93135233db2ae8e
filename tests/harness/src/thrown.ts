// What calls throw, and calls that a compiler would refuse.

/** A value of a type that the compiler would refuse: what a JavaScript caller may pass. */
export function untyped<T>(value: unknown): T {
  return value as T
}

/** What `body` throws, undefined if nothing. */
export function thrownBy(body: () => unknown): unknown {
  try {
    body()
  } catch (error) {
    return error
  }
  return undefined
}

/** What `body` throws, as its code; 'nothing', or the error itself if it is none of this project. */
export function codeOf(body: () => unknown): string {
  try {
    body()
  } catch (error) {
    const code = (error as { code?: unknown } | undefined)?.code
    return String(code).startsWith('ERR_HAKMEM_') ? String(code) : `another error: ${error}`
  }
  return 'nothing'
}
