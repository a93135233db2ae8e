/**
 * Resident memory of this process. Linux keeps a high-water mark that a process may reset; elsewhere, or where
 * the reset is not permitted, the present figure has to do (it is taken at the end of each round).
 */

import { readFileSync, writeFileSync } from 'node:fs'

/** Starts a new peak; false where the mark cannot be reset. */
export function resetPeak(): boolean {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
    return true
  } catch {
    return false
  }
}

export function peakResidentBytes(wasReset: boolean): number {
  return (wasReset && statusField('VmHWM')) || residentBytes()
}

export function residentBytes(): number {
  return process.memoryUsage.rss()
}

function statusField(name: string): number {
  try {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))
    return Number(found?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
