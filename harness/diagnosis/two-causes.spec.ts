import { expect } from 'chai'
import { recordedAt } from '../causes/bundles.spec-data.ts'
import { causes } from '../causes/index.ts'
import { readBundle } from '../evidence/bundle.ts'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { editSection } from '../evidence/reseal.ts'
import { examine, examineFacts } from './examine.ts'

const sick = (name: string): string => {
  const [fault, host] = name.split('/')
  return recordedAt(`causes/${fault}/evidence/sick/${host}`).text
}

/** A bundle with some sections of another: a host that has the other's fault on top of its own. */
const withSections = (bundle: string, other: string, names: readonly string[]): string =>
  names.reduce((text, name) => editSection(text, name, () => readBundle(other).sections.get(name)!.text), bundle)
const withStaleKernel = (bundle: string): string =>
  withSections(bundle, sick('stale-kernel/debian12-latent'), ['system', 'kernels', 'modules', 'trees'])
const withBrokenCheck = (bundle: string): string =>
  withSections(bundle, sick('iptables-check-broken/debian13-latent'), ['iptables-self-test'])
const withConfig = (bundle: string, config: string): string =>
  editSection(bundle, 'docker-config', () => `file /etc/docker/daemon.json\n${config}`)
const withoutMasquerade = (bundle: string): string =>
  editSection(withConfig(bundle, '{"ip-masq": false}'), 'docker-networks', (text) =>
    text.replace('"com.docker.network.bridge.enable_ip_masquerade":"true"', (option) =>
      option.replace('true', 'false'),
    ),
  )

const lastWord = (bundle: string): string =>
  readFacts(bundle).docker.journal.findLast((line) => line.includes('failed to start daemon'))!

const pair = (name: string): string => recordedAt(`evidence/two-at-once/${name}`).text
// Every two causes that one host can have, with the state of each.
const pairs: [what: string, bundle: () => string, named: Record<string, 'active' | 'latent'>][] = [
  [
    'iptables-check-broken-and-rules-flushed',
    () => pair('debian12-iptables-check-broken-and-rules-flushed'),
    { 'rules-flushed': 'active', 'iptables-check-broken': 'latent' },
  ],
  [
    'iptables-check-broken-and-firewalld-zone',
    () => pair('debian12-iptables-check-broken-and-firewalld-zone'),
    { 'firewalld-zone': 'active', 'iptables-check-broken': 'active' },
  ],
  [
    'rules-flushed-and-firewalld-zone',
    () => pair('debian12-rules-flushed-and-firewalld-zone'),
    { 'firewalld-zone': 'active', 'rules-flushed': 'active' },
  ],
  [
    'rules-flushed-and-firewalld-zone of Debian 13',
    () => pair('debian13-rules-flushed-and-firewalld-zone'),
    { 'firewalld-zone': 'active', 'rules-flushed': 'active' },
  ],
  [
    'masquerade-off-and-iptables-check-broken',
    () => pair('debian12-masquerade-off-and-iptables-check-broken'),
    { 'masquerade-off': 'active', 'iptables-check-broken': 'active' },
  ],
  [
    'masquerade-off-and-rules-flushed',
    () => pair('debian12-masquerade-off-and-rules-flushed'),
    { 'masquerade-off': 'active', 'rules-flushed': 'active' },
  ],
  [
    'masquerade-off-and-firewalld-zone',
    () => pair('debian12-masquerade-off-and-firewalld-zone'),
    { 'firewalld-zone': 'active', 'masquerade-off': 'active' },
  ],
  [
    'masquerade-off-and-firewalld-zone of Debian 13',
    () => pair('debian13-masquerade-off-and-firewalld-zone'),
    { 'firewalld-zone': 'active', 'masquerade-off': 'active' },
  ],
  [
    'masquerade-off-and-firewalld-zone, dockerd down',
    () => pair('debian12-masquerade-off-and-firewalld-zone-docker-down'),
    { 'firewalld-zone': 'active', 'masquerade-off': 'latent' },
  ],
  // Pairs without a recorded host are made of two recorded ones.
  [
    'masquerade-off-and-stale-kernel',
    () => withStaleKernel(sick('masquerade-off/debian12-daemon-json')),
    { 'masquerade-off': 'active', 'stale-kernel': 'latent' },
  ],
  [
    'off-kernel',
    () => withStaleKernel(sick('iptables-off/debian12-iptables-false')),
    { 'iptables-off': 'active', 'stale-kernel': 'latent' },
  ],
  [
    'flush-kernel',
    () => withStaleKernel(sick('rules-flushed/debian12-filter-only')),
    { 'rules-flushed': 'active', 'stale-kernel': 'latent' },
  ],
  [
    'iptables-check-broken-and-stale-kernel',
    () => withStaleKernel(sick('iptables-check-broken/debian12-boot')),
    { 'iptables-check-broken': 'active', 'stale-kernel': 'latent' },
  ],
  [
    'zone-kernel',
    () => withStaleKernel(sick('firewalld-zone/debian12-removed')),
    { 'firewalld-zone': 'active', 'stale-kernel': 'latent' },
  ],
  [
    'masquerade-off-and-stale-kernel, dockerd down',
    () => withConfig(sick('stale-kernel/debian12-broken'), '{"ip-masq": false}'),
    { 'stale-kernel': 'active', 'masquerade-off': 'latent' },
  ],
  [
    'off-kernel, dockerd down',
    () => withConfig(sick('stale-kernel/debian12-broken'), '{"iptables": false}'),
    { 'stale-kernel': 'active', 'iptables-off': 'latent' },
  ],
  // dockerd's last error decides which of them keeps it down.
  [
    'orphan-kernel',
    () => withStaleKernel(sick('orphaned-bridge/debian13')),
    { 'orphaned-bridge': 'active', 'stale-kernel': 'latent' },
  ],
  [
    'orphan-masq',
    () => withConfig(sick('orphaned-bridge/debian13'), '{"ip-masq": false}'),
    { 'orphaned-bridge': 'active', 'masquerade-off': 'latent' },
  ],
  [
    'orphan-off',
    () => withConfig(sick('orphaned-bridge/debian13'), '{"iptables": false}'),
    { 'orphaned-bridge': 'active', 'iptables-off': 'latent' },
  ],
  [
    'orphan-check',
    () => withBrokenCheck(sick('orphaned-bridge/debian13')),
    { 'orphaned-bridge': 'active', 'iptables-check-broken': 'latent' },
  ],
  // The start that firewalld refused left the orphan, and the next start failed because of it.
  [
    'orphan-zone',
    () =>
      editSection(
        sick('firewalld-zone/debian13-moved-docker-down'),
        'docker-journal',
        (text) => `${text}\n${lastWord(sick('orphaned-bridge/debian13'))}`,
      ),
    { 'orphaned-bridge': 'active', 'firewalld-zone': 'latent' },
  ],
  [
    'off-check',
    () => withBrokenCheck(sick('iptables-off/debian12-iptables-false')),
    { 'iptables-off': 'active', 'iptables-check-broken': 'latent' },
  ],
  // The old rules are still there.
  [
    'off-zone',
    () => withConfig(sick('firewalld-zone/debian12-removed'), '{"iptables": false}'),
    { 'firewalld-zone': 'active', 'iptables-off': 'latent' },
  ],
]

describe('hosts with two causes', () => {
  for (const [what, bundle, named] of pairs)
    it(`have both named: ${what}`, () => {
      const { verdict, findings, ambiguous, unexplained } = examine(bundle())
      expect(Object.fromEntries(findings.map(({ cause, state }) => [cause, state]))).to.deep.equal(named)
      expect({ verdict, ambiguous, unexplained }).to.deep.equal({ verdict: 'sick', ambiguous: [], unexplained: [] })
    })

  it('are of every two of these causes that one host can have', () => {
    const both = new Set(pairs.map(([, , named]) => Object.keys(named).sort().join(' ')))
    const ids = causes.map(({ id }) => id).filter((id) => pairs.some(([, , named]) => id in named))
    expect(ids).to.have.length.at.least(7)
    const all = ids.flatMap((id, index) => ids.slice(index + 1).map((other) => [id, other].sort().join(' ')))
    // A dockerd that creates no rules has none to lose, and does not masquerade anyway. One that is down has lost none.
    const exclusive = ['iptables-off masquerade-off', 'iptables-off rules-flushed', 'orphaned-bridge rules-flushed']
    expect(all.filter((each) => !both.has(each))).to.have.members(exclusive)
  })
})

describe('a drop behind another', () => {
  const flushed = sick('rules-flushed/debian12-all-tables')
  const states = (bundle: string) =>
    Object.fromEntries(examine(bundle).findings.map(({ cause, state }) => [cause, state]))

  it('makes a cause active that alone explains it', () => {
    expect(states(flushed)).to.deep.equal({ 'rules-flushed': 'active' })
    // No packet of the default bridge gets as far as postrouting; if one did, it would leave unmasqueraded.
    expect(states(withoutMasquerade(flushed))).to.deep.equal({ 'rules-flushed': 'active', 'masquerade-off': 'active' })
  })

  const ownChain = (prio: number, hook = 'forward'): Facts['nft'][number] => {
    const chain = { family: 'inet', table: 'mine' }
    return {
      ...chain,
      name: 'f',
      type: 'filter',
      hook,
      prio,
      policy: 'accept',
      rules: [{ ...chain, chain: 'f', expr: [{ drop: null }] }],
    } as Facts['nft'][number]
  }
  const withChain = (bundle: string, chain: Facts['nft'][number]): Facts => {
    const facts = readFacts(bundle)
    return { ...facts, nft: [...facts.nft, chain] }
  }

  it('is unexplained where no cause explains it, and reported as the second obstacle', () => {
    for (const name of ['rules-flushed/debian12-filter-only', 'firewalld-zone/debian12-removed']) {
      const { findings, unexplained, symptoms } = examineFacts(withChain(sick(name), ownChain(100)))
      expect(
        findings.map(({ state }) => state),
        name,
      ).to.deep.equal(['active'])
      expect(
        unexplained.filter((words) => words.includes('inet mine f')),
        name,
      ).to.not.be.empty
      expect(unexplained.join('\n'), name).to.contain('a second obstacle, behind the first: dropped by')
      const behind = symptoms.filter(({ rule, explainedBy }) => rule?.table === 'inet mine' && explainedBy.length === 0)
      expect(
        behind.map(({ at }) => at?.location),
        name,
      ).to.include('forward')
    }
  })

  it('may come first, and a cause that explains the second one is still active', () => {
    const before = examineFacts(withChain(sick('rules-flushed/debian12-filter-only'), ownChain(-100)))
    expect(before.findings.map(({ cause, state }) => [cause, state])).to.deep.equal([['rules-flushed', 'active']])
    expect(before.unexplained.join('\n')).to.contain('inet mine f')
  })

  it('is not reported where there is only one', () => {
    const { findings, unexplained } = examineFacts(withChain(recordedAt('trace/evidence/healthy').text, ownChain(10)))
    expect(findings).to.deep.equal([])
    expect(unexplained.join('\n')).to.contain('inet mine f').and.not.contain('a second obstacle')
  })
})
