import { createHash } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { execa } from 'execa'
import { LabError } from '../lib/errors.ts'
import { version } from '../lib/version.ts'
import { buildPackage } from './build.ts'
import { changelog, control, copyright } from './control.ts'
import { harness } from './sources.ts'

/** The files of the package, by their paths on the host. */
type Files = Record<string, { text: string | Buffer; mode?: number }>

/**
 * Makes a Debian package of `dist` in the folder `to`, and gives its path. Throws LabError `missing` without dpkg-deb.
 */
export async function buildDeb(dist: string, to: string): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'dockfault-deb-'))
  try {
    chmodSync(root, 0o755)
    const date = await sourceDate()
    const files = filesOf(dist, date)
    for (const [path, { text, mode = 0o644 }] of Object.entries(files)) write(root, path, text, mode)
    mkdirSync(join(root, 'usr/bin'), { recursive: true })
    symlinkSync('../share/dockfault/dockfault.js', join(root, 'usr/bin/dockfault'))
    const size = Object.values(files).reduce((sum, { text }) => sum + Math.ceil(text.length / 1024), 0)
    write(root, 'DEBIAN/control', control(size, process.env), 0o644)
    write(root, 'DEBIAN/md5sums', checksums(files), 0o644)
    for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' }))
      if (statSync(join(root, path)).isDirectory()) chmodSync(join(root, path), 0o755)
    const deb = join(to, `dockfault_${version}_all.deb`)
    // No file is newer than the sources, so that the same sources always make the same package.
    const env = { SOURCE_DATE_EPOCH: String(date.getTime() / 1000) }
    await execa('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', root, deb], { env }).catch(
      (cause: { code?: string }) => {
        throw cause.code === 'ENOENT' ? new LabError('missing', 'dpkg-deb is not installed') : cause
      },
    )
    return deb
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function filesOf(dist: string, date: Date): Files {
  const read = (name: string): string => readFileSync(join(dist, name), 'utf8')
  const packed = (text: string): Buffer => gzipSync(text, { level: 9 })
  const share = 'usr/share'
  const doc = `${share}/doc/dockfault`
  return {
    // Debian's own Node, even where PATH finds another one first.
    [`${share}/dockfault/dockfault.js`]: { text: read('dockfault.js').replace(/^.*/, '#!/usr/bin/node'), mode: 0o755 },
    [`${share}/dockfault/collect.sh`]: { text: read('collect.sh'), mode: 0o755 },
    [`${share}/man/man1/dockfault.1.gz`]: { text: packed(read('dockfault.1')) },
    [`${share}/bash-completion/completions/dockfault`]: { text: read('completions/dockfault.bash') },
    [`${share}/zsh/vendor-completions/_dockfault`]: { text: read('completions/_dockfault') },
    [`${share}/fish/vendor_completions.d/dockfault.fish`]: { text: read('completions/dockfault.fish') },
    [`${share}/lintian/overrides/dockfault`]: {
      text: readFileSync(new URL('lintian.overrides', import.meta.url), 'utf8'),
    },
    [`${doc}/README.md`]: { text: read('README.md') },
    [`${doc}/copyright`]: { text: copyright(read('THIRD-PARTY-LICENSES')) },
    [`${doc}/changelog.gz`]: { text: packed(changelog(date, process.env)) },
  }
}

/** The time of the sources: SOURCE_DATE_EPOCH, else the last commit, else now. */
async function sourceDate(): Promise<Date> {
  const { SOURCE_DATE_EPOCH: epoch } = process.env
  if (epoch) return new Date(Number(epoch) * 1000)
  const { stdout, failed } = await execa('git', ['log', '-1', '--format=%ct'], { cwd: harness, reject: false })
  return failed || stdout === '' ? new Date() : new Date(Number(stdout) * 1000)
}

function write(root: string, path: string, text: string | Buffer, mode: number): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  chmodSync(file, mode)
}

const checksums = (files: Files): string =>
  Object.entries(files)
    .map(([path, { text }]) => `${createHash('md5').update(text).digest('hex')}  ${path}\n`)
    .join('')

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = join(dirname(harness), 'dist')
  await buildPackage(dist)
  // Beside dist/, so that npm does not pack it.
  console.error(await buildDeb(dist, dirname(dist)))
}
