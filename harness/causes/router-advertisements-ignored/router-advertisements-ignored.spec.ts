import { expect } from 'chai'
import { examinationOf } from '../../diagnosis/finding.spec-data.ts'
import type { Facts } from '../../evidence/facts.ts'
import { recordedAt } from '../bundles.spec-data.ts'

const healthy = recordedAt('causes/router-advertisements-ignored/evidence/well/debian12-healthy').facts
const named = (facts: Facts): string[] => examinationOf(facts).findings.map(({ cause, state }) => `${cause} ${state}`)
const ignoring = { ...healthy, sysctls: { ...healthy.sysctls, 'net.ipv6.conf.wan0.accept_ra': '1' } }

describe('router advertisements that are ignored', () => {
  it('are no fault where the kernel accepts them while forwarding', () =>
    expect([healthy.sysctls['net.ipv6.conf.wan0.accept_ra'], named(healthy)]).to.deep.equal(['2', []]))

  it('are named before the last route from them goes', () =>
    expect(named(ignoring)).to.deep.equal(['router-advertisements-ignored latent']))

  it('do not matter where another default route is there', () => {
    const [route] = healthy.routes6.filter(({ dst }) => dst === 'default')
    const routes6 = [...healthy.routes6, { ...route!, protocol: 'static', metric: 1 }]
    expect(named({ ...ignoring, routes6 })).to.deep.equal([])
  })

  it('are accepted for good only if no file sets the kernel back', () => {
    const bootFiles = [{ file: '/etc/sysctl.d/zzz.conf', line: 'net.ipv6.conf.wan0.accept_ra = 1' }]
    expect(examinationOf(ignoring).findings[0]!.remedies).to.have.length(1)
    expect(examinationOf({ ...ignoring, bootFiles }).findings[0]!.remedies).to.deep.equal([])
  })
})
