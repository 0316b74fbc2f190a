import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { recorded, sickFolder } from '../causes/bundles.spec-data.ts'
import { causes } from '../causes/causes.ts'
import type { Facts } from '../evidence/facts.ts'
import { reseal } from '../evidence/reseal.ts'
import { adviceOn } from './advice.ts'
import { examine } from './examine.ts'

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: it is shell
// Names without blanks, as the kernel allows them for links, and sysctl.d for files.
const run = '$(touch${IFS}pwned)'
const names = [
  `x${run}`,
  "x';touch${IFS}pwned;'",
  'x`touch${IFS}pwned`',
  `x"${run}"`,
  'x;touch${IFS}pwned;',
  'x|touch${IFS}pwned',
  'x\\',
  '-x',
]

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: it is shell

// Names that are the same on every host, by which causes know what is Docker's.
const fixed =
  /^(docker0|docker_gwbridge|bridge|host|none|lo|eth\d|filter|nat|mangle|raw|security|firewalld|docker-bridges|(DOCKER|FORWARD|INPUT|OUTPUT|PREROUTING|POSTROUTING).*|true|false)$/

/** The names that a host's people have given to its parts, the longest first. */
function namesIn({ docker, links, nft, bootFiles, savedRules }: Facts): string[] {
  const all = [
    ...docker.networks.flatMap(({ name, bridge, options }) => [name, bridge, ...Object.values(options)]),
    ...docker.containers.map(({ name }) => name),
    ...links.map(({ name }) => name),
    ...nft.filter(({ family }) => family === 'inet').flatMap(({ table, name }) => [table, name]),
    ...[...bootFiles, ...savedRules].map(({ file }) => file.slice(file.lastIndexOf('/') + 1)),
  ]
  const own = [...new Set(all)].filter((name) => /^[\w.-]{3,}$/.test(name) && !fixed.test(name))
  return own.sort((a, b) => b.length - a.length)
}

/** A value with each text in it changed, keys included. */
function changed<T>(value: T, change: (text: string) => string): T
function changed(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((each) => changed(each, change))
  if (value instanceof Map)
    return new Map([...value].map(([key, each]) => [changed(key, change), changed(each, change)]))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [change(key), changed(each, change)]))
}

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** The same host where each name is a hostile one, wherever it stands as a word. */
function renamed(facts: Facts, shift: number): Facts {
  const all = namesIn(facts)
  const pattern = new RegExp(`(?<![\\w-])(${all.map(escaped).join('|')})(?![\\w-])`, 'g')
  if (all.length === 0) return facts
  const to = new Map(all.map((name, index) => [name, `${names[(index + shift) % names.length]}${index}`]))
  return changed(facts, (text) => text.replace(pattern, (name) => to.get(name)!))
}

describe('the steps of remedies on a host with hostile names', function () {
  this.timeout(300_000)
  let root: string

  before(function () {
    if (process.getuid?.() !== 0) {
      console.log('      skipped: only root can make a shell that has nothing else')
      this.skip()
    }
    root = mkdtempSync(join(tmpdir(), 'dockfault-shell-'))
    for (const [program, as] of [
      [realpathSync('/bin/sh'), '/bin/sh'],
      ['/usr/bin/touch', '/bin/touch'],
    ] as const) {
      const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+(?= \(0x)/g) ?? []
      for (const [from, to] of [[program, as], ...libraries.map((each) => [each, each])] as [string, string][]) {
        mkdirSync(join(root, dirname(to)), { recursive: true })
        copyFileSync(from, join(root, to))
      }
    }
    mkdirSync(join(root, 'etc'))
  })
  after(() => {
    if (root) rmSync(root, { recursive: true })
  })

  /** Whether a script touches the file, in a shell that has nothing but `touch`. */
  const isRun = (script: string): boolean => {
    for (const dir of ['', 'etc']) rmSync(join(root, dir, 'pwned'), { force: true })
    spawnSync('/usr/sbin/chroot', [root, '/bin/sh', '-c', script], {
      env: { PATH: '/bin' },
      stdio: 'ignore',
      timeout: 10_000,
    })
    return existsSync(join(root, 'pwned'))
  }

  it('is tried in a shell that would run them', () => {
    expect(isRun(`echo x${run}`)).to.equal(true)
    expect(isRun("nft 'add x'; touch${IFS}pwned; ''")).to.equal(true)
    expect(isRun(`echo 'x${run}'`)).to.equal(false)
  })

  it('run nothing that a name holds', () => {
    const offered = new Map<string, string>()
    let refused = 0
    for (const cause of causes)
      for (const { path: name, facts } of recorded
        .filter(({ path }) => path.startsWith(sickFolder(cause.id)))
        .slice(0, 2))
        for (let shift = 0; shift < names.length; shift += 3) {
          const other = renamed(facts, shift)
          if (cause.detect(other).answer !== 'present') continue
          const { remedies, deferred } = adviceOn(cause, other)
          for (const { name: id, steps } of remedies)
            for (const step of steps) offered.set(step, `${cause.id} ${id} (${name})`)
          refused += deferred.filter(({ why }) => why.startsWith('a shell would take the name')).length
        }
    const bad = new Map<string, string>()
    for (const [step, where] of offered) if (isRun(step)) bad.set(where.replace(/ \(.*/, ''), `${where}: ${step}`)
    expect([...bad.values()]).to.deep.equal([])
    expect(offered.size).to.be.above(50)
    expect(refused).to.be.above(10)
  })
})

describe('a host whose networks and links have names that every object has', function () {
  this.timeout(300_000)
  const same = (bundle: string): unknown => {
    const { verdict, findings, symptoms, notJudged, ruledOut } = examine(bundle)
    const causesOf = findings.map(({ cause, state, remedies }) => [cause, state, remedies.map(({ name }) => name)])
    return { verdict, causesOf, symptoms: symptoms.length, notJudged: notJudged.length, ruledOut: ruledOut.length }
  }

  it('gets the same diagnosis as with other names', () => {
    const hosts = recorded.filter(({ text }) => text.includes('"Name":"probe-a"'))
    // A few of many, spread over all kinds.
    const some = hosts.filter((_, index) => index % Math.ceil(hosts.length / 12) === 0)
    let compared = 0
    // Docker wants a letter or digit first; the kernel takes any name for a bridge.
    for (const { path, text } of some)
      for (const [network, bridge] of [
        ['constructor', 'constructor'],
        ['valueOf', '__proto__'],
        ['toString', 'toString'],
      ] as const) {
        const named = (network: string, bridge: string): string =>
          reseal(
            text.replaceAll('br-probe-a', bridge).replaceAll('probe-a', network).replaceAll('br-probe-b', `${bridge}b`),
          )
        expect(same(named(network, bridge)), `${path}: ${bridge}`).to.deep.equal(same(named('zz-network', 'zz-bridge')))
        compared++
      }
    expect(compared).to.be.at.least(24)
  })
})
