import { expect } from 'chai'
import { LabError } from '../lib/errors.ts'
import { allCells } from '../registry.ts'
import { axisOf } from '../scenario/axes.ts'
import { bisectCell, parseOver, unvaried, versionsIn } from './bisect-cells.ts'
import { cellsNamed } from './sweep-cells.ts'

const releases = axisOf('iptables').versions
const refused = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof LabError && error.code === 'usage') return `${error.message}; ${error.hint ?? ''}`
  }
  return expect.fail('it was taken')
}
const cells = allCells()

describe('what a bisection varies', () => {
  it('is an axis, and perhaps a range of its versions', () => {
    expect(parseOver('engine')).to.deep.equal({ axis: 'engine' })
    expect(parseOver('iptables=1.8.9..1.8.12')).to.deep.equal({ axis: 'iptables', range: ['1.8.9', '1.8.12'] })
    expect(versionsIn(parseOver('iptables=1.8.9..1.8.12'), releases)).to.deep.equal([
      ...['1.8.9', '1.8.10', '1.8.11', '1.8.11-2', '1.8.12'],
    ])
    expect(versionsIn({ axis: 'iptables' }, releases)).to.deep.equal(releases)
    const kernels = ['6.1.0-9-cloud-amd64', '6.12.100+deb12-cloud-amd64']
    expect(versionsIn(parseOver(`kernel=${kernels.join('..')}`), kernels)).to.deep.equal(kernels)
  })

  it('is refused with what to write instead', () => {
    const wrong = [
      ['iptable', 'not one of iptables, engine, firewalld, kernel'],
      ['toString', 'not one of iptables'],
      ['iptables=1.8.7', '1.8.7 is no range; write its first and its last version'],
      ['iptables=1.8.7..', 'is no range'],
      ['kernel=..6', 'such as --over kernel=6.1.0-47-cloud-amd64..6.1.0-56-cloud-amd64'],
      ['iptables=1.8.13..1.8.7', 'the older version comes first: --over iptables=1.8.7..1.8.13'],
      ['iptables=1.8.7..1.8.99', '1.8.99 is not known; did you mean 1.8.9'],
      ['iptables=1.8.9..1.8.9', 'one version alone has nothing to compare it with'],
    ] as const
    for (const [text, message] of wrong)
      expect(
        refused(() => versionsIn(parseOver(text), releases)),
        text,
      ).to.contain(message)
  })
})

describe('the cell of a version', () => {
  it('gives the version to a fault that brings the program itself', () => {
    const own = cellsNamed(cells, 'iptables-check-broken')
    const cell = bisectCell(own, 'iptables', '1.8.9')!
    expect(cell.fault!.params).to.deep.include({ iptables: '1.8.9', how: 'boot' })
    expect(cell.given).to.deep.equal(own[0]!.given)
    expect(cell).to.deep.include({
      name: `${own[0]!.name}+iptables=1.8.9`,
      varied: { iptables: '1.8.9' },
      fixes: [],
    })
    expect(own[0]!.fault!.params).to.include({ iptables: '1.8.11' })
    const two = bisectCell(
      cellsNamed(cells, 'two-at-once-masquerade-off-and-iptables-check-broken'),
      'iptables',
      '1.8.9',
    )!
    expect([two.fault!.params, two.and!.params].filter((params) => params.iptables === '1.8.9')).to.have.length(1)
    expect(two.given).to.not.have.property('iptables')
  })

  it('has the version before any other fault', () => {
    const own = cellsNamed(cells, 'masquerade-off')
    expect(bisectCell(own, 'iptables', '1.8.9')!.given).to.deep.equal({ ...own[0]!.given, iptables: '1.8.9' })
    const kernel = bisectCell(own, 'kernel', '6.1.0-47-cloud-amd64')!
    expect(kernel.given.kernel).to.equal('6.1.0-47-cloud-amd64')
    expect(kernel.needs).to.include.members(['own-kernel', 'reboot'])
  })

  it('is that of the host that has the version, if the scenario runs there', () => {
    const own = cellsNamed(cells, 'healthy-route-to-containers')
    expect(bisectCell(own, 'engine', '26.1.5')).to.include({
      name: 'debian13-healthy-route-to-containers+engine=26.1.5',
      host: 'debian13',
    })
    // This one does not run on Debian 11.
    expect(bisectCell(cellsNamed(cells, 'healthy-ipv6-on'), 'engine', '20.10.5')).to.equal(undefined)
    for (const axis of ['engine', 'firewalld'] as const)
      for (const version of axisOf(axis).versions)
        expect(bisectCell(own, axis, version), version).to.not.equal(undefined)
  })

  it('does not exist where the legacy iptables is pinned', () => {
    const [cell] = cellsNamed(cells, 'healthy-legacy')
    expect(unvaried('iptables', cell!)).to.contain('pins the legacy iptables')
    expect(unvaried('engine', cell!)).to.equal(undefined)
  })
})
