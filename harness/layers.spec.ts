import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect } from 'chai'

const root = new URL('.', import.meta.url).pathname
// The order of the story is the order of imports: a layer imports only itself and what stands before it.
const order = [
  'lib',
  'scenario',
  'images',
  'hosts',
  'targets',
  'outside',
  'probes',
  'evidence',
  'simulate',
  'trace',
  'faults',
  'diagnosis',
  'scoring',
  'report',
  'cell',
  'schedule',
  '.',
  'bench',
  'field',
  'recordings',
  'commands',
  'main',
]

const layerOf = (file: string): string => {
  const path = relative(root, file)
  if (path === 'main.ts') return 'main'
  return path.includes('/') ? path.split('/')[0]! : '.'
}

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !/\.(spec|suite|contract)\.ts$/.test(path) && !path.includes('fake'))
  .map((path) => join(root, path))

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(([, path]) =>
    resolve(dirname(file), path!),
  )

/** What is wrong with one import, if anything is. */
const trespass = (from: string, to: string): string | undefined => {
  const [own, other] = [layerOf(from), layerOf(to)]
  if (order.indexOf(own) === -1) return `${own} is no layer`
  if (order.indexOf(other) > order.indexOf(own))
    return `${relative(root, from)} (${own}) imports ${relative(root, to)} (${other})`
  return undefined
}

// A detector sees facts alone: a host, an injector or a scenario would let it know the answer.
const blind = (from: string, to: string): string | undefined => {
  if (!/\/faults\/[^/]+\/diagnose\.ts$/.test(from)) return undefined
  const allowed = ['evidence', 'simulate', 'lib'].includes(layerOf(to)) || /\/(fault|fixes|remedies)\.ts$/.test(to)
  return allowed ? undefined : `${relative(root, from)} is a detector and imports ${relative(root, to)}`
}

describe('the layers', () => {
  it('are imported in the order of the story', () => {
    const wrong = sources.flatMap((file) => importsOf(file).flatMap((to) => trespass(file, to) ?? []))
    expect(wrong).to.deep.equal([])
  })

  it('keep detectors blind', () => {
    const wrong = sources.flatMap((file) => importsOf(file).flatMap((to) => blind(file, to) ?? []))
    expect(wrong).to.deep.equal([])
    expect(sources.filter((file) => file.endsWith('/diagnose.ts'))).to.not.be.empty
  })

  it('catch a trespass', () => {
    expect(trespass(join(root, 'lib/text.ts'), join(root, 'hosts/host.ts'))).to.contain('imports')
    expect(blind(join(root, 'faults/x/diagnose.ts'), join(root, 'faults/x/inject.ts'))).to.contain('is a detector')
    expect(blind(join(root, 'faults/x/diagnose.ts'), join(root, 'hosts/host.ts'))).to.contain('is a detector')
  })
})
