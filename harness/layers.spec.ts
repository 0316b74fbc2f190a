import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect } from 'chai'

const root = new URL('.', import.meta.url).pathname
// A layer imports only itself and the layers before it.
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
  'chaos',
  'commands',
  'package',
  'mutants',
  'sabotage',
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

/** What is wrong with an import, if anything. */
const violation = (from: string, to: string): string | undefined => {
  const [own, other] = [layerOf(from), layerOf(to)]
  if (order.indexOf(own) === -1) return `${own} is no layer`
  if (order.indexOf(other) > order.indexOf(own))
    return `${relative(root, from)} (${own}) imports ${relative(root, to)} (${other})`
  return undefined
}

/** The files that a file imports, directly or through others. */
function transitiveImports(file: string, seen = new Set<string>()): Set<string> {
  for (const to of importsOf(file))
    if (!seen.has(to)) {
      seen.add(to)
      transitiveImports(to, seen)
    }
  return seen
}

// A cause and its remedies see facts alone: a host, an injector or a scenario would give the answer away.
const isBlind = (file: string): boolean => /\/causes\/[^/]+\/(cause|remedies)\.ts$/.test(file)
const knowsAnswer = /\/causes\/(.*\/)?(index|inject)\.ts$/
// Lists of words that import nothing: the ends of a trace, and the names of the lab's containers.
const wordlists = ['scenario/terms.ts', 'probes/probe-containers.ts']
const harmless = (to: string): boolean =>
  wordlists.includes(relative(root, to)) ||
  ['evidence', 'simulate', 'lib', 'cause'].includes(layerOf(to)) ||
  (layerOf(to) === 'causes' && !knowsAnswer.test(to))

/** The files that a cause may not see but does. */
const seen = (from: string): string[] =>
  [...transitiveImports(from)]
    .filter((to) => !harmless(to))
    .map((to) => `${relative(root, from)} imports ${relative(root, to)}, directly or through others`)

describe('the layers', () => {
  it('are imported in their order', () => {
    const wrong = sources.flatMap((file) => importsOf(file).flatMap((to) => violation(file, to) ?? []))
    expect(wrong).to.deep.equal([])
    expect(sources).to.have.length.above(500)
    expect(sources.flatMap(importsOf)).to.have.length.above(1500)
  })

  it('keep causes blind', () => {
    const causes = sources.filter(isBlind)
    expect(causes.flatMap(seen)).to.deep.equal([])
    expect(causes).to.have.length.at.least(14)
    // They do import what reads the facts, and what simulates packets from them.
    const layers = new Set(causes.flatMap((file) => [...transitiveImports(file)].map(layerOf)))
    expect([...layers].sort()).to.deep.equal(['cause', 'causes', 'evidence', 'lib', 'probes', 'scenario', 'simulate'])
    for (const words of wordlists) expect(importsOf(join(root, words)), words).to.deep.equal([])
  })

  it('catch a violation, however far it is', () => {
    expect(violation(join(root, 'lib/text.ts'), join(root, 'hosts/host.ts'))).to.contain('imports')
    expect(violation(join(root, 'new/thing.ts'), join(root, 'lib/text.ts'))).to.equal('new is no layer')
    expect(seen(join(root, 'causes/rules-flushed/inject.ts')).join()).to.contain('hosts/host.ts')
    // Through other files: an executor runs on hosts, an index knows the injection.
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
