import { expect } from 'chai'
import { scenarioSchema } from './schema.ts'
import { registry, shortest } from './terms.spec-data.ts'

const schema = scenarioSchema(registry)
const pair = {
  ...shortest,
  and: { kind: 'masquerade-off', through: 'drop-in' },
  broken: { diagnosis: ['stale-kernel', 'masquerade-off'] },
  fixes: [
    { use: 'depmod', expect: 'no-effect', leaves: ['stale-kernel', 'masquerade-off'] },
    { use: 'reboot', expect: 'partial', leaves: ['masquerade-off'] },
    { use: 'remove-setting', expect: 'cures' },
  ],
}

describe('scenario schema', () => {
  const valid: Record<string, object> = {
    'the shortest': shortest,
    'a control': { title: 'Healthy', hosts: ['debian12', 'debian13'] },
    'two faults, and nothing of what they lead to': { ...pair, broken: undefined },
    'two faults, and one exception': { ...pair, broken: { probes: { isolation: 'pass' } }, latent: {} },
    'every key': {
      ...shortest,
      source: '000',
      tags: ['vm'],
      needs: ['own-kernel', 'reboot'],
      given: { xtables: 'legacy', 'ip-forward': true },
      healthy: { probes: { isolation: 'pass' } },
      latent: { diagnosis: [] },
      broken: { probes: { default: 'fail', 'egress-tcp': 'pass' }, journal: ['a line'], diagnosis: ['masquerade-off'] },
      fixes: [
        { use: 'reboot', expect: 'cures', facts: { kernel: 'newest', bootId: 'changed' }, ladder: { again: 'cures' } },
        { use: 'depmod', expect: 'no-effect' },
      ],
    },
    'two faults': pair,
    'two faults of which one has no cause that can be named': {
      ...pair,
      fault: { kind: 'look-alike' },
      broken: { diagnosis: ['masquerade-off'] },
      fixes: [],
    },
  }
  for (const [name, scenario] of Object.entries(valid))
    it(`accepts ${name}`, () => expect(schema.safeParse(scenario).error?.issues).to.equal(undefined))

  const fix = { use: 'reboot', expect: 'cures' }
  const invalid: Record<string, [path: string, scenario: unknown]> = {
    'no title': ['title', { ...shortest, title: undefined }],
    'a title of two lines': ['title', { ...shortest, title: 'a\nb' }],
    'a title that steers the terminal': ['title', { ...shortest, title: 'a\u001b[2J' }],
    'a title that reorders text': ['title', { ...shortest, title: 'a\u202eb' }],
    'no hosts': ['hosts', { ...shortest, hosts: [] }],
    'a host without an image': ['hosts.0', { ...shortest, hosts: ['debian11'] }],
    'one host twice': ['hosts', { ...shortest, hosts: ['debian12', 'debian12'] }],
    'an unknown key': ['', { ...shortest, fixs: [] }],
    'a prototype key': ['', JSON.parse('{"title":"a","hosts":["debian12"],"__proto__":{"x":1}}')],
    'an unknown need': ['needs.0', { ...shortest, needs: ['kvm'] }],
    'an unknown variable': ['given', { ...shortest, given: { proxy: true } }],
    'an unknown fault': ['fault.kind', { ...shortest, fault: { kind: 'nope' } }],
    'a fault of an inherited name': ['fault.kind', { ...shortest, fault: { kind: 'constructor' } }],
    'another fault’s parameter': ['fault', { ...shortest, fault: { kind: 'stale-kernel', through: 'drop-in' } }],
    'a missing parameter': ['fault.through', { ...shortest, fault: { kind: 'masquerade-off' } }],
    'what the fault itself refuses': [
      'fault.restarts',
      { ...shortest, fault: { kind: 'masquerade-off', through: 'drop-in', restarts: 9 } },
    ],
    'a fault that breaks nothing': ['broken', { title: 'a', hosts: ['debian12'], fault: { kind: 'stale-kernel' } }],
    'a control that breaks': ['broken', { title: 'a', hosts: ['debian12'], broken: { diagnosis: [] } }],
    'a control with fixes': ['fixes', { title: 'a', hosts: ['debian12'], fixes: [fix] }],
    'an unknown probe': ['broken.probes', { ...shortest, broken: { diagnosis: [], probes: { 'egress-tpc': 'pass' } } }],
    'a probe that crashes': [
      'broken.probes.isolation',
      { ...shortest, broken: { diagnosis: [], probes: { isolation: 'error' } } },
    ],
    'a probe that the healthy host is not asked': [
      'broken.probes.host-port',
      { ...shortest, broken: { diagnosis: [], probes: { 'host-port': 'pass' } } },
    ],
    'no word on diagnosis while latent': ['latent.diagnosis', { ...shortest, latent: {} }],
    'no word on diagnosis': ['broken.diagnosis', { ...shortest, broken: {} }],
    'an unknown cause': ['broken.diagnosis.0', { ...shortest, broken: { diagnosis: ['gremlins'] } }],
    'a diagnosis of the healthy host': ['healthy', { ...shortest, healthy: { diagnosis: ['stale-kernel'] } }],
    'another fault’s fix': ['fixes.0.use', { ...shortest, fixes: [{ use: 'remove-setting', expect: 'cures' }] }],
    'a fix used twice': ['fixes.1.use', { ...shortest, fixes: [fix, fix] }],
    'a second fault without a first': ['and', { title: 'a', hosts: ['debian12'], and: pair.and }],
    'one fault twice': ['and.kind', { ...pair, and: { kind: 'stale-kernel' } }],
    'an unknown second fault': ['and.kind', { ...pair, and: { kind: 'nope' } }],
    'a second fault without its parameter': ['and.through', { ...pair, and: { kind: 'masquerade-off' } }],
    'two faults, the first of which is not named': [
      'broken.diagnosis',
      { ...pair, broken: { diagnosis: ['masquerade-off'] } },
    ],
    'two faults, the second of which is not named': [
      'broken.diagnosis',
      { ...pair, broken: { diagnosis: ['stale-kernel'] } },
    ],
    'a fix of neither of two faults': ['fixes.0.use', { ...pair, fixes: [{ use: 'nope', expect: 'cures' }] }],
    'a fix that does not say which of two causes it leaves': [
      'fixes.0.leaves',
      { ...pair, fixes: [{ use: 'reboot', expect: 'partial' }] },
    ],
    'a cure that leaves a cause': ['fixes.0.leaves', { ...pair, fixes: [{ ...fix, leaves: ['masquerade-off'] }] }],
    'a fix that leaves an unknown cause': [
      'fixes.0.leaves.0',
      { ...pair, fixes: [{ use: 'reboot', expect: 'partial', leaves: ['gremlins'] }] },
    ],
    'an unknown class': ['fixes.0.expect', { ...shortest, fixes: [{ use: 'reboot', expect: 'heals' }] }],
    'an unknown rung': ['fixes.0.ladder', { ...shortest, fixes: [{ ...fix, ladder: { later: 'cures' } }] }],
    'a newest boot': ['fixes.0.facts.bootId', { ...shortest, fixes: [{ ...fix, facts: { bootId: 'newest' } }] }],
  }
  for (const [name, [path, scenario]] of Object.entries(invalid))
    it(`refuses ${name}`, () => {
      const paths = schema.safeParse(scenario).error?.issues.map((issue) => issue.path.join('.'))
      expect(paths).to.include(path)
    })

  it('reports a mistake of a fix beside other mistakes', () => {
    const { error } = schema.safeParse({ ...shortest, title: 1, fixes: [{ use: 'remove-setting', expect: 'heals' }] })
    expect(error?.issues.map((issue) => issue.path.join('.'))).to.have.members([
      'title',
      'fixes.0.use',
      'fixes.0.expect',
    ])
  })

  it('pins every condition, and forwarding by the policy it leads to', () => {
    expect(schema.parse(shortest).given).to.deep.equal({
      xtables: 'nft',
      'forward-policy': 'drop',
      'userland-proxy': true,
      'live-restore': false,
      'ip-forward': false,
      'br-netfilter': true,
      ipv6: true,
      firewalld: false,
      networks: 2,
    })
    const accept = { ...shortest, given: { 'forward-policy': 'accept' } }
    expect(schema.parse(accept).given['ip-forward']).to.equal(true)
  })

  it('refuses a group with the name of a probe or of the default', () => {
    for (const group of ['isolation', 'default'])
      expect(() => scenarioSchema({ ...registry, probes: { ...registry.probes, x: { healthy: 'pass', group } } }))
        .to.throw(TypeError)
        .with.property('message')
        .that.contains(`\`${group}\` is the name of a probe`)
  })

  it('works without faults', () => {
    const empty = scenarioSchema({ ...registry, faults: {} })
    expect(empty.safeParse({ title: 'Healthy', hosts: ['debian12'] }).success).to.equal(true)
    expect(empty.safeParse(shortest).success).to.equal(false)
  })
})
