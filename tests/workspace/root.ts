// Where the workspace is, and what is in it, for the tests that look at files.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Made by tests, ignored by git. */
export const TMP = join(ROOT, 'tmp')

export const PACKAGES = readdirSync(join(ROOT, 'packages')).sort()

export interface Manifest {
  name: string
  version: string
  packageManager?: string
  imports?: Record<string, unknown>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest
}
