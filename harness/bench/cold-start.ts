import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { LabError } from '../lib/errors.ts'
import type { Candidate } from './table.ts'

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const healthy = path('../causes/rules-flushed/evidence/well/debian12-healthy.bundle')

/**
 * Times whole processes, from the clone and from the package: the version, the help, and the diagnosis of an ordinary
 * host.
 */
export function coldStarts(): Candidate[] {
  let dist = ''
  return [
    candidate('a process, from the clone', () => ['--import', 'tsx', path('../main.ts')]),
    {
      ...candidate('a process, from the package', () => [join(dist, 'dockfault.js')]),
      async warmUp() {
        if (dist !== '') return
        const made = mkdtempSync(join(tmpdir(), 'dockfault-bench-'))
        process.once('exit', () => rmSync(made, { recursive: true, force: true }))
        await execa(process.execPath, ['--import', 'tsx', path('../package/build.ts'), made])
        dist = made
      },
    },
  ]
}

const candidate = (name: string, program: () => string[]): Candidate => ({
  name,
  run: async () => [
    {
      name,
      times: {
        version: await timed([...program(), '--version']),
        help: await timed([...program(), '--help']),
        diagnosis: await timed([...program(), 'diagnose', '--bundle', healthy]),
      },
    },
  ],
})

/** How long a process takes, in milliseconds. Throws LabError `host` where it fails. */
async function timed(args: string[]): Promise<number> {
  const started = performance.now()
  const { failed, stderr } = await execa(process.execPath, args, { reject: false })
  if (failed) throw new LabError('host', `${args.join(' ')}: ${stderr}`)
  return performance.now() - started
}
