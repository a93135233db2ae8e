// What would be published, looked at as a consumer's tools see it: each package is packed by the
// very pnpm that publishes it, then checked by publint and by arethetypeswrong (ESM only).

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { filterProblems } from '@arethetypeswrong/core/problems'
import { assert, suite } from '@hakmem/testing'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { PACKAGES, ROOT, readManifest, TMP } from './root.ts'

const test = suite('published')

let folder = ''

test.before(() => {
  mkdirSync(TMP, { recursive: true })
  folder = mkdtempSync(join(TMP, 'packed-'))
  const pnpm = readManifest('.').packageManager ?? 'pnpm'
  const args = ['--yes', pnpm, '--recursive', '--filter=./packages/*', 'pack', '--pack-destination', folder]
  const shell = process.platform === 'win32'
  const { status, stdout, stderr } = spawnSync('npx', args, { cwd: ROOT, encoding: 'utf8', shell })
  if (status !== 0) throw new Error(`pnpm pack failed: ${stdout}${stderr}`)
})

test.after(() => rmSync(folder, { recursive: true, force: true }))

for (const name of PACKAGES) {
  const read = () =>
    new Uint8Array(
      readFileSync(join(folder, `hakmem-${name}-${readManifest(`packages/${name}`).version}.tgz`)),
    )

  test(`${name} is published without a complaint of publint`, async () => {
    const { messages, pkg } = await publint({ pack: { tarball: read().buffer }, strict: true })
    assert.equal(
      messages.map((message) => formatMessage(message, pkg, { color: false })),
      [],
    )
    assert.not.match(JSON.stringify(pkg), /workspace:/)
  })

  test(`${name} has types for Node and for bundlers`, async () => {
    const analysis = await checkPackage(createPackageFromTarballData(read()))
    assert.ok(analysis.types)
    const problems = (['node16-esm', 'bundler'] as const).flatMap((resolutionKind) =>
      filterProblems(analysis, { resolutionKind }),
    )
    assert.equal(problems, [])
  })
}

test.run()
