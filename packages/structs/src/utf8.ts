/**
 * Strings to bytes and back, in shared memory. Short ASCII goes by character; all else is first copied to memory of the
 * thread's own, because browsers refuse to decode shared memory, and bytes that change while they are decoded have crashed
 * decoders elsewhere.
 */

interface Coders {
  readonly TextEncoder: new () => { encodeInto(text: string, bytes: Uint8Array): { written: number } }
  readonly TextDecoder: new () => { decode(bytes: Uint8Array): string }
}

const { TextEncoder, TextDecoder } = globalThis as unknown as Coders
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Up to so many bytes, characters one by one are faster than a call of the decoder. */
const SHORT = 24

let scratch = new Uint8Array(1024)

function scratchFor(length: number): Uint8Array {
  if (scratch.length < length) scratch = new Uint8Array(2 * length)
  return scratch
}

/** The text in `length` bytes from `at` on; what is no UTF-8 becomes U+FFFD. */
export function decode(U8: Uint8Array, at: number, length: number): string {
  if (length <= SHORT) {
    let text = ''
    let k = 0
    for (; k < length; k++) {
      const byte = U8[at + k]
      if (byte >= 128) break
      text += String.fromCharCode(byte)
    }
    if (k === length) return text
  }
  const copy = scratchFor(length)
  // Bytes that are few cost less one by one than a view of them.
  if (length <= 64) for (let k = 0; k < length; k++) copy[k] = U8[at + k]
  else copy.set(U8.subarray(at, at + length))
  return decoder.decode(copy.subarray(0, length))
}

/** Bytes that `text` takes; the bytes of what is not all ASCII are in `encoded` then. */
export function encode(text: string): number {
  for (let k = 0; k < text.length; k++) {
    if (text.charCodeAt(k) >= 128) return encoder.encodeInto(text, scratchFor(3 * text.length)).written
  }
  return text.length
}

/** Writes the text that `encode` has just measured. */
export function put(U8: Uint8Array, at: number, text: string, length: number): void {
  if (length === text.length) for (let k = 0; k < length; k++) U8[at + k] = text.charCodeAt(k)
  else if (length <= 64) for (let k = 0; k < length; k++) U8[at + k] = scratch[k]
  else U8.set(scratch.subarray(0, length), at)
}
