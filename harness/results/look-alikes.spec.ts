import { expect } from 'chai'
import { answerTo } from '../evidence/readings.ts'
import { alikeTable, alikeText, changedWords } from '../report/look-alikes.ts'
import { type HostState, readingsIn } from './host-states.ts'
import { alikeGroups } from './look-alikes.ts'

const file = (path: string): string => new URL(`../causes/${path}.bundle`, import.meta.url).pathname
const healthy = file('masquerade-off/evidence/well/debian12-healthy')
const masquerade = file('masquerade-off/evidence/sick/debian12-daemon-json')
const forwarding = file('forwarding-off/evidence/sick/debian12-file')

const state = (cause: string, more: Partial<HostState> = {}): HostState => ({
  cause,
  kind: `${cause} (broken)`,
  name: `debian12-${cause} (broken)`,
  changed: ['egress-tcp fail'],
  others: {},
  traces: {},
  quoted: [],
  bundles: [],
  healthyBundle: healthy,
  ...more,
})

describe('look-alikes', () => {
  it('are causes that change the same probes', () => {
    const groups = alikeGroups([state('a'), state('b'), state('c', { changed: ['gateway fail'] }), state('a')])
    expect(groups.map(({ causes }) => Object.keys(causes))).to.deep.equal([['a', 'b']])
    expect(groups[0]!.alike).to.deep.equal(['a (broken) / b (broken)'])
  })

  it('are separated by a probe first, then by evidence, then by a traced packet', () => {
    const traced = (end: string) => ({ traces: { default: end } })
    const ones = { others: { 'new-network': 'fail' as const }, bundles: [masquerade], ...traced('dropped at forward') }
    const other = { others: { 'new-network': 'pass' as const }, bundles: [forwarding], ...traced('no-route') }
    const chosen = (first: Partial<HostState>, second: Partial<HostState>) =>
      alikeGroups([state('a', first), state('b', second)])[0]!.questions
    expect(chosen(ones, other)).to.have.length(1)
    expect(chosen(ones, other)[0]).to.deep.include({
      kind: 'probe',
      question: 'new-network',
      answers: { fail: ['a'], pass: ['b'] },
    })
    const [evidence] = chosen({ ...ones, others: {} }, { ...other, others: {} })
    expect(evidence).to.include({ kind: 'evidence' })
    expect(answerTo(evidence!.question, readingsIn(masquerade)!)).to.not.equal(
      answerTo(evidence!.question, readingsIn(forwarding)!),
    )
    const [trace] = chosen(traced('dropped at forward'), traced('no-route'))
    expect(trace).to.include({ kind: 'trace', question: 'packet from the default network' })
  })

  it('prefer the very line by which the diagnosis names a cause', () => {
    const quoted = (line: string) =>
      alikeGroups([state('a', { bundles: [masquerade], quoted: [line] }), state('b', { bundles: [forwarding] })])[0]!
    // The file that sets it has ` = 0`.
    expect(quoted('net.ipv4.ip_forward is 0').questions[0]!.question).to.equal('sysctls: net.ipv4.ip_forward')
    const rule = '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE'
    expect(quoted(rule).questions[0]!.question).to.equal(`rules-nft: nat ${rule}`)
  })

  it('are not separated by what differs from host to host', () => {
    const others = [file('masquerade-off/evidence/well/debian12-cured'), healthy]
    for (const [index, bundle] of others.entries())
      expect(
        alikeGroups([
          state('a', { bundles: [file('forwarding-off/evidence/sick/debian13-file')], healthyBundle: '' }),
          state('b', { bundles: [bundle], healthyBundle: bundle }),
        ])[0]!.questions,
        String(index),
      ).to.deep.equal([])
    // The same bundles, known to have been healthy before: now the fault makes the difference.
    const [group] = alikeGroups([state('a', { bundles: [forwarding] }), state('b', { bundles: [healthy] })])
    expect(group!.questions).to.have.length(1)
  })

  it('are not separated by an answer that one of a cause’s hosts does not give', () => {
    const open = [state('a', { bundles: [forwarding] }), state('b', { bundles: [healthy] })]
    const more = (bundles: string[]) => alikeGroups([...open, state('a', { name: 'another', bundles })])[0]!
    expect(more([forwarding]).alike).to.deep.equal([])
    expect(more([]).alike).to.have.length(1)
    expect(more([healthy]).alike).to.have.length(1)
  })

  it('are separated variant by variant where a cause has no answer of its own', () => {
    const [group] = alikeGroups([
      state('a', { kind: 'a-one', bundles: [forwarding] }),
      state('a', { kind: 'a-two', bundles: [masquerade] }),
      state('b', { bundles: [healthy] }),
    ])
    expect(group!.alike).to.deep.equal([])
    expect(group!.questions).to.have.length(2)
  })

  it('are separated from healthy hosts of many kinds by an answer that none of those gives', () => {
    const hosts = ['debian12', 'debian13'].map((host) =>
      state('healthy', { kind: 'healthy', name: host, bundles: [file(`masquerade-off/evidence/well/${host}-cured`)] }),
    )
    const odd = state('healthy', { kind: 'healthy', name: 'odd', bundles: [masquerade] })
    const flag = state('a', { bundles: [forwarding], quoted: ['net.ipv4.ip_forward = 0'] })
    const [group] = alikeGroups([flag, state('b', { bundles: [healthy] }), ...hosts, odd])
    expect(group!.alike.filter((pair) => pair.includes('a (broken)'))).to.deep.equal([])
    const others = alikeGroups([
      state('a', { others: { 'new-network': 'fail' } }),
      ...(['pass', 'error'] as const).map((seen) =>
        state('healthy', { kind: 'healthy', others: { 'new-network': seen } }),
      ),
    ])[0]!
    expect(others.questions[0]!.answers).to.deep.equal({ fail: ['a'], otherwise: ['healthy'] })
    const same = alikeGroups([
      state('a', { others: { 'new-network': 'fail' } }),
      ...(['pass', 'fail'] as const).map((seen) =>
        state('healthy', { kind: 'healthy', others: { 'new-network': seen } }),
      ),
    ])[0]!
    expect(same.alike).to.deep.equal(['a (broken) / healthy'])
  })

  it('are printed with what fails, the causes and the questions', () => {
    expect(changedWords(['egress-dns fail', 'egress-tcp fail', 'gateway fail', 'isolation pass'])).to.deep.equal([
      '`egress-{dns,tcp}`',
      '`gateway`',
      '`isolation` passes',
    ])
    const groups = alikeGroups([state('healthy', { bundles: [healthy] }), state('b', { bundles: [forwarding] })])
    expect(alikeText(groups)).to.match(/The same connectivity: `egress-tcp`[\s\S]* \? the section `[\s\S]*1 group/)
    expect(alikeTable(groups).split('\n')).to.have.length(3)
    expect(alikeTable(groups)).to.contain('`b` (1)<br>a healthy host (1)')
    expect(alikeText(alikeGroups([state('a'), state('b')]))).to.contain('nothing recorded separates a (broken) from b')
  })
})
