import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../lib/errors.ts'

/** One source of packages, as apt reads it. */
export interface Source {
  uris: string[]
  suites: string[]
  components: string[]
  signedBy: string
}

/** This machine's Debian mirrors. */
export interface Mirrors {
  main: string
  security: string | undefined
}

/** The sources in a one-line file (`sources.list`). */
export function parseOneLine(text: string): Source[] {
  const sources: Source[] = []
  for (const raw of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(raw)
    if (!match) continue
    const [, options = '', uri, suite, components = ''] = match
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1] ?? ''
    sources.push({ uris: [uri!], suites: [suite!], components: words(components), signedBy })
  }
  return sources
}

/** The sources in a deb822 file (`*.sources`). */
export function parseDeb822(text: string): Source[] {
  const sources: Source[] = []
  // A stanza may contain comment lines, so they are removed before stanzas are split.
  const lines = text.split('\n').filter((line) => !line.startsWith('#'))
  for (const stanza of lines.join('\n').split(/\n\s*\n/)) {
    const fields = new Map<string, string>()
    for (const [, name, value] of stanza.matchAll(/^([\w-]+):((?:.*)(?:\n[ \t].*)*)/gm))
      fields.set(name!.toLowerCase(), value!.trim())
    const field = (name: string): string => fields.get(name) ?? ''
    if (!words(field('types')).includes('deb') || /^(no|false|0)$/i.test(field('enabled'))) continue
    sources.push({
      uris: words(field('uris')),
      suites: words(field('suites')),
      components: words(field('components')),
      signedBy: field('signed-by'),
    })
  }
  return sources
}

/**
 * The Debian mirrors among a machine's sources, or undefined. A third party with packages for Debian is not a mirror:
 * it has other components, another keyring, or no `debian` in its address.
 */
export function debianMirrors(sources: readonly Source[]): Mirrors | undefined {
  const debian = sources.filter(
    ({ uris, components, signedBy }) =>
      components.includes('main') &&
      (signedBy === '' || /debian-archive|BEGIN PGP/.test(signedBy)) &&
      uris.some((uri) => /debian/i.test(uri)),
  )
  const isSecurity = (suite: string): boolean => suite.endsWith('-security') || suite.endsWith('/updates')
  const main = debian.find(({ suites }) => suites.some((suite) => !isSecurity(suite) && !suite.includes('backports')))
  const security = debian.find(({ suites }) => suites.some(isSecurity))
  return main ? { main: main.uris[0]!, security: security?.uris[0] } : undefined
}

/** The Debian mirrors of the machine whose root directory is `root`. Throws LabError `missing`. */
export function machineMirrors(root = '/'): Mirrors {
  const etc = join(root, 'etc/apt')
  const dir = join(etc, 'sources.list.d')
  const files = [
    join(etc, 'sources.list'),
    ...(existsSync(dir)
      ? readdirSync(dir)
          .sort()
          .map((f) => join(dir, f))
      : []),
  ]
  const sources = files
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const text = readFileSync(file, 'utf8')
      return file.endsWith('.sources') ? parseDeb822(text) : file.endsWith('.list') ? parseOneLine(text) : []
    })
    .map((source) => ({ ...source, uris: source.uris.map((uri) => resolveMirror(uri, root)) }))
  const mirrors = debianMirrors(sources)
  if (mirrors) return mirrors
  throw new LabError('missing', 'this machine has no Debian package source to build host images from', {
    hint: 'add a Debian mirror to /etc/apt/sources.list.d and run `apt-get update`',
  })
}

/** The sources.list lines for a suite on these mirrors. */
export function sourceLines(mirrors: Mirrors, suite: string, pockets: readonly ('updates' | 'security')[]): string[] {
  const lines = [`deb ${mirrors.main} ${suite} main`]
  if (pockets.includes('updates')) lines.push(`deb ${mirrors.main} ${suite}-updates main`)
  if (pockets.includes('security') && mirrors.security) lines.push(`deb ${mirrors.security} ${suite}-security main`)
  return lines
}

// Debian's cloud images name a file of mirrors (`mirror+file:/etc/apt/mirrors/debian.list`).
function resolveMirror(uri: string, root: string): string {
  const file = /^mirror\+file:\/*(\/.*)$/.exec(uri)?.[1]
  if (!file || !existsSync(join(root, file))) return uri
  const lines = readFileSync(join(root, file), 'utf8').split('\n')
  return words(lines.find((line) => /^\s*\w+:/.test(line)) ?? uri)[0]!
}

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean)
