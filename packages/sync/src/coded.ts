/** What the errors of every package of the project have in common: a `code` of the family `ERR_HAKMEM_`. */
export class CodedError<C extends string> extends Error {
  /** Stable across versions. */
  readonly code: C
  constructor(code: C, message: string) {
    super(message)
    this.name = new.target.name
    this.code = code
  }
}
