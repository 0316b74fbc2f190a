import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { LabError } from '../lib/errors.ts'
import { neededOf } from './declared.ts'
import { harness } from './sources.ts'

const run = promisify(execFile)

/**
 * Writes the types of the library into `dist`: index.d.ts, and what it needs in types/. Throws LabError where they need
 * a package, because a user of the library may not have it.
 */
export async function writeTypes(dist: string): Promise<void> {
  const out = mkdtempSync(join(tmpdir(), 'dockfault-types-'))
  try {
    await emit(out)
    const { files, packages } = neededOf('package/library.d.ts', (path) =>
      readFileSync(join(out, 'types', path), 'utf8'),
    )
    if (packages.size > 0)
      throw new LabError('usage', `the types of the library need those of ${[...packages].join(', ')}`)
    for (const [path, text] of files) {
      mkdirSync(join(dist, 'types', dirname(path)), { recursive: true })
      writeFileSync(join(dist, 'types', path), text)
    }
    writeFileSync(join(dist, 'index.d.ts'), "export * from './types/package/library.js'\n")
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

/** Writes the declarations of all that the library imports into `out`/types. */
async function emit(out: string): Promise<void> {
  const root = dirname(harness)
  const project = join(out, 'tsconfig.json')
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    noCheck: true,
    rootDir: harness,
    outDir: join(out, 'types'),
    typeRoots: [join(root, 'node_modules/@types')],
  }
  const files = [join(harness, 'package/library.ts')]
  writeFileSync(project, JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files }))
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project])
}
