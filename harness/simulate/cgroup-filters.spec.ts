import { expect } from 'chai'
import type { Facts } from '../evidence/facts.ts'
import { simulate } from './index.ts'
import { ends, healthy } from './walk/healthy-host.spec-data.ts'

describe('a filter of docker.service', () => {
  const unit = 'docker.service'
  const deny = (value: string) => ({ unit, key: 'IPAddressDeny', value })
  const allow = (value: string) => ({ unit, key: 'IPAddressAllow', value })
  const interfaces = (value: string) => ({ unit, key: 'RestrictNetworkInterfaces', value })
  const all = '::/0 0.0.0.0/0'
  /** How names on a user network, on the default one, and a port published on loopback end. */
  const of = (...cgroupFilters: Facts['cgroupFilters']): string =>
    [
      'names for probe-user',
      'names for probe-default',
      'port 8080/tcp published by probe-default, from the host by loopback',
    ]
      .map((title) => {
        const seen = ends({ ...healthy, cgroupFilters }, title)
        expect(seen, title).to.have.length(1)
        return seen[0]!.split(' ')[0]
      })
      .join(' ')

  it('may drop what Docker’s proxies and its resolver send, and nothing of containers', () => {
    expect(of()).to.equal('passes passes passes')
    expect(of(deny(all))).to.equal('unclear passes unclear')
    expect(of({ unit, key: 'IPEgressFilterPath', value: '/sys/fs/bpf/own' })).to.equal('unclear passes unclear')
    expect(of({ unit: 'containerd.service', key: 'IPAddressDeny', value: all })).to.equal('passes passes passes')
  })

  it('lets pass what its lists allow', () => {
    expect(of(deny('10.0.0.0/8'))).to.equal('passes passes passes')
    expect(of(deny(all), allow('127.0.0.0/8 ::1/128'))).to.equal('unclear passes unclear')
    expect(of(deny(all), allow('127.0.0.0/8 172.16.0.0/12'))).to.equal('unclear passes passes')
    expect(of(deny(all), allow('0.0.0.0/0'))).to.equal('passes passes passes')
  })

  it('may be for some interfaces: those of a container are none of the host’s', () => {
    expect(of(interfaces('lo'))).to.equal('unclear passes unclear')
    expect(of(interfaces('lo docker0'))).to.equal('unclear passes passes')
    expect(of(interfaces('~wan0'))).to.equal('passes passes passes')
    expect(of(interfaces('~docker0'))).to.equal('passes passes unclear')
  })
})

describe('a filter of a control group', () => {
  const outside = 'probe-default on bridge to the outside, TCP'

  const withFilter = (unit: string): Facts => ({
    ...healthy,
    cgroupFilters: [{ unit, key: 'IPAddressDeny', value: '0.0.0.0/0 ::/0' }],
  })

  it('makes packets of containers unclear where containers may be in the group', () => {
    expect(ends(withFilter('system.slice'), outside)[0]).to.match(/^unclear/)
    expect(ends(withFilter('docker-0123.scope'), outside)[0]).to.match(/^unclear/)
    expect(ends(withFilter(''), outside)[0]).to.match(/^unclear/)
    expect(ends(withFilter('user.slice'), outside)).to.deep.equal(['passes'])
    const own = withFilter('containers.slice')
    const config = { ...own.docker.config, 'cgroup-parent': 'containers.slice' }
    expect(ends({ ...own, docker: { ...own.docker, config } }, outside)[0]).to.match(/^unclear/)
  })

  it('makes only the packets of its own container unclear, by name', () => {
    const { id } = healthy.docker.containers.find(({ name }) => name === 'probe-default')!
    const facts = withFilter(`docker-${id}.scope`)
    const { walks } = simulate(facts)
    const unclear = walks.filter(({ end }) => end === 'unclear')
    expect(new Set(unclear.map(({ flow }) => flow.container))).to.deep.equal(new Set(['probe-default']))
    expect(unclear.some(({ flow }) => flow.kind === 'egress')).to.equal(true)
    expect(new Set(unclear.flatMap(({ doubts }) => doubts.map(({ message }) => message)))).to.deep.equal(
      new Set([
        'What systemd’s filter of the container probe-default (IPAddressDeny=0.0.0.0/0 ::/0) does to its packets is not simulated.',
      ]),
    )
  })

  it('is named as systemd names it', () => {
    const [doubt] = simulate(withFilter('system.slice')).walks[0]!.doubts
    expect(doubt?.message).to.match(/^The unit system\.slice has /)
  })
})
