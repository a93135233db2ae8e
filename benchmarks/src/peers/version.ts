/** The version of an installed package. Its manifest may not be exported, so it is looked for upwards of its entry. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export function packageVersion(name: string): string {
  let folder = new URL('.', import.meta.resolve(name))
  for (let depth = 0; depth < 8; depth++) {
    try {
      const manifest = JSON.parse(readFileSync(fileURLToPath(new URL('package.json', folder)), 'utf8'))
      if (manifest.name === name) return String(manifest.version)
    } catch {
      // No manifest in this folder: the next one up may have it.
    }
    folder = new URL('..', folder)
  }
  return 'unknown'
}
