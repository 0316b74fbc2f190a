import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { buildPackage } from './build.ts'

/** The package as a user has it: its tarball is installed under `prefix`, and commands run in an empty folder. */
export interface Installed extends AsyncDisposable {
  dir: string
  prefix: string
  tarball: string
  files: { path: string; size: number }[]
  /** Runs a line of sh in the empty folder. Where this process is root, the line runs as an ordinary user. */
  run(line: string, input?: string): Promise<{ exitCode: number; stdout: string; stderr: string }>
}

/** Builds, packs and installs the package; without network, where this machine can take that from a process. */
export async function installed(): Promise<Installed> {
  const dir = mkdtempSync(join(tmpdir(), 'dockfault-installed-'))
  // Another user has to get through this folder.
  chmodSync(dir, 0o755)
  const [dist, prefix, work] = [join(dir, 'dist'), join(dir, 'prefix'), join(dir, 'elsewhere')]
  await buildPackage(dist)
  await execa('mkdir', ['-p', prefix, work])
  const env = { npm_config_cache: join(dir, 'cache'), npm_config_update_notifier: 'false' }
  const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', dir, dist], { cwd: dir, env })
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: Installed['files'] }]
  const tarball = join(dir, filename)
  const install = ['npm', 'install', '--global', '--prefix', prefix, '--offline', '--ignore-scripts', tarball]
  const alone = ['unshare', '--net', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])]
  const { failed } = await execa(alone[0]!, [...alone.slice(1), 'true'], { reject: false })
  const [program, ...args] = failed ? install : [...alone, ...install]
  await execa(program!, args, { cwd: work, env })
  const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
  const clean = ['env', '-i', `PATH=${join(prefix, 'bin')}:${process.env.PATH}`, 'HOME=/nonexistent']
  return {
    dir,
    prefix,
    tarball,
    files,
    async run(line, input = '') {
      const [first, ...rest] = [...asNobody, ...clean, 'sh', '-c', line]
      const result = await execa(first!, rest, { cwd: work, input, reject: false, stripFinalNewline: false })
      return { exitCode: result.exitCode ?? -1, stdout: result.stdout, stderr: result.stderr }
    },
    async [Symbol.asyncDispose]() {
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
