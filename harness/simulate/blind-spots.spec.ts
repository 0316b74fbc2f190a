import { expect } from 'chai'
import { ends, healthy } from './walk/healthy-host.spec-data.ts'

const out = 'probe-default on bridge to the outside, TCP'

describe('a BPF program', () => {
  it('on a hook of netfilter may end any packet, wherever it is', () => {
    expect(ends(healthy, out)).to.deep.equal(['passes'])
    const netfilterPrograms = [{ family: 4, hook: 2, priority: -100 } as const]
    expect(ends({ ...healthy, netfilterPrograms }, out)[0]).to.match(/^unclear/)
  })

  it('of tcx may end packets of its link and its direction', () => {
    const tcx = (link: string, where: string) =>
      ends(
        { ...healthy, trafficControl: [{ link, qdiscs: [], filters: [{ kind: '', where, text: 'filter tcx' }] }] },
        out,
      )
    expect(tcx('wan0', 'egress')).to.deep.equal(['unclear out uplink dropped'])
    expect(tcx('wan0', 'ingress')).to.deep.equal(['unclear back uplink dropped'])
    expect(tcx('br-probe-a', 'egress')).to.deep.equal(['passes'])
  })
})
