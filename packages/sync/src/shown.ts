/**
 * A value as an error shows it: numbers, booleans, the beginning of strings; of all else only what it is, for to show it
 * may run its code, or take for ever.
 */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'object' ? 'an object' : typeof value
}
