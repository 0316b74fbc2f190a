import { expect } from 'chai'
import { compareVersions } from '../lib/text.ts'
import { type AxisName, axes, axisOf } from './axes.ts'
import { given } from './conditions.ts'

const names = Object.keys(axes) as AxisName[]

describe('the axes of a bisection', () => {
  it('have their versions in order, oldest first, each once', () => {
    let versions = 0
    for (const name of names) {
      const own = axisOf(name).versions
      expect(own).to.deep.equal([...new Set(own)].sort(compareVersions))
      versions += own.length
    }
    expect(versions).to.be.above(14)
  })

  it('set a condition that takes each version, or a host for each', () => {
    let held = 0
    for (const name of names) {
      const { sets, versions, hosts } = axisOf(name)
      if (sets === 'host') expect(Object.keys(hosts)).to.deep.equal([...versions])
      const taken = sets === 'host' ? [] : [...versions, ...(sets === 'kernel' ? ['6.1.0-47-cloud-amd64'] : [])]
      for (const version of taken) expect(given.parse({ [sets]: version })).to.include({ [sets]: version })
      held += sets === 'host' ? versions.length : taken.length
    }
    expect(held).to.equal(4 + 4 + 8 + 1)
  })

  it('are conditions that a scenario need not pin, and refuse what is no version', () => {
    expect(given.parse({})).to.not.have.any.keys('iptables', 'kernel')
    for (const wrong of ['1.8', '1.8.9; reboot', 'latest'])
      expect(given.safeParse({ iptables: wrong }).success, wrong).to.equal(false)
    expect(given.safeParse({ kernel: '6.1.0 reboot' }).success).to.equal(false)
  })
})
