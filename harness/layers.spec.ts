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
  'cause',
  'injection',
  'causes',
  'fix',
  'diagnosis',
  'scoring',
  'results',
  'report',
  'cell',
  'schedule',
  '.',
  'bench',
  'field',
  'recordings',
  'commands',
  'package',
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
  [...readFileSync(file, 'utf8').matchAll(/(?:from |import |import\()'(\.[^']+)'/g)].map(([, path]) =>
    resolve(dirname(file), path!),
  )

/** What is wrong with one import, if anything is. */
const violation = (from: string, to: string): string | undefined => {
  const [own, other] = [layerOf(from), layerOf(to)]
  if (order.indexOf(own) === -1) return `${own} is no layer`
  if (order.indexOf(other) > order.indexOf(own))
    return `${relative(root, from)} (${own}) imports ${relative(root, to)} (${other})`
  return undefined
}

/** The files that one reaches by its imports, and theirs. */
function reached(file: string, seen = new Set<string>()): Set<string> {
  for (const to of importsOf(file))
    if (!seen.has(to)) {
      seen.add(to)
      reached(to, seen)
    }
  return seen
}

// A cause sees facts alone, and so do its remedies: a host, an injector or a scenario would let it know the answer.
const isBlind = (file: string): boolean => /\/causes\/[^/]+\/(cause|remedies)\.ts$/.test(file)
const sighted = /\/causes\/(.*\/)?(index|inject)\.ts$/
// Words alone: what a trace may end in, and what the lab's containers are called, which import nothing.
const wordlists = ['scenario/terms.ts', 'probes/probe-containers.ts']
const harmless = (to: string): boolean =>
  wordlists.includes(relative(root, to)) ||
  ['evidence', 'simulate', 'lib', 'cause'].includes(layerOf(to)) ||
  (layerOf(to) === 'causes' && !sighted.test(to))

/** What a cause sees, if anything, that it ought not to. */
const seen = (from: string): string[] =>
  [...reached(from)].filter((to) => !harmless(to)).map((to) => `${relative(root, from)} reaches ${relative(root, to)}`)

describe('the layers', () => {
  it('are imported in the order of the story', () => {
    const wrong = sources.flatMap((file) => importsOf(file).flatMap((to) => violation(file, to) ?? []))
    expect(wrong).to.deep.equal([])
  })

  it('keep causes blind', () => {
    const causes = sources.filter(isBlind)
    expect(causes.flatMap(seen)).to.deep.equal([])
    expect(causes).to.have.length.at.least(14)
    // They do reach what reads the facts, and what leads a packet by them.
    const layers = new Set(causes.flatMap((file) => [...reached(file)].map(layerOf)))
    expect([...layers].sort()).to.deep.equal(['cause', 'causes', 'evidence', 'lib', 'probes', 'scenario', 'simulate'])
    for (const words of wordlists) expect(importsOf(join(root, words)), words).to.deep.equal([])
  })

  it('catch a violation, however far it is', () => {
    expect(violation(join(root, 'lib/text.ts'), join(root, 'hosts/host.ts'))).to.contain('imports')
    expect(violation(join(root, 'new/thing.ts'), join(root, 'lib/text.ts'))).to.equal('new is no layer')
    expect(seen(join(root, 'causes/rules-flushed/inject.ts')).join()).to.contain('hosts/host.ts')
    // By way of others: an executor runs on hosts, an index knows the injection.
    expect(seen(join(root, 'causes/stale-kernel/index.ts')).join()).to.contain('injection/run-or-throw.ts')
    for (const name of [
      'hosts/host.ts',
      'probes/containers.ts',
      'scenario/cell.ts',
      'fix/execute.ts',
      'causes/x/inject.ts',
    ])
      expect(harmless(join(root, name)), name).to.equal(false)
    for (const name of ['evidence/facts.ts', 'simulate/intent.ts', 'lib/text.ts', 'cause/cause.ts', 'causes/x/y.ts'])
      expect(harmless(join(root, name)), name).to.equal(true)
  })
})
