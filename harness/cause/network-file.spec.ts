import { expect } from 'chai'
import type { BootLine, LinkFact } from '../evidence/facts.ts'
import { networkFileOf } from './network-file.ts'

const veth = { name: 'vetha1b2c3d', kind: 'veth', mac: '02:42:ac:11:00:02' } as LinkFact
const bridge = { name: 'docker0', kind: 'bridge', mac: '02:42:4c:1d:5e:6f' } as LinkFact

const file = (path: string, ...lines: string[]): BootLine[] => lines.map((line) => ({ file: path, line }))
const matched = (link: LinkFact, ...files: BootLine[][]): string | undefined =>
  networkFileOf(link, { bootFiles: files.flat() })?.file

const all = '/etc/systemd/network/80-all.network'
const by = (link: LinkFact, ...match: string[]): boolean => matched(link, file(all, '[Match]', ...match)) === all

describe('the .network file of a device', () => {
  it('matches by name, kind, type and hardware address', () => {
    expect(by(veth, 'Name=veth*')).to.equal(true)
    expect(by(veth, 'Name=en* veth*')).to.equal(true)
    expect(by(veth, 'Name=docker0')).to.equal(false)
    expect(by(veth, 'Kind=veth')).to.equal(true)
    expect(by(bridge, 'Type=bridge')).to.equal(true)
    expect(by(bridge, `MACAddress=${bridge.mac.toUpperCase()}`)).to.equal(true)
    expect(by(bridge, 'Name=docker?', 'Kind=veth')).to.equal(false)
  })

  it('is one for Ethernet where the device is a veth, and not where it is a bridge', () => {
    expect(by(veth, 'Type=ether')).to.equal(true)
    expect(by(bridge, 'Type=ether')).to.equal(false)
  })

  it('matches all but what stands behind an exclamation mark', () => {
    expect(by(bridge, 'Name=!veth* br-*')).to.equal(true)
    expect(by(veth, 'Name=!veth* br-*')).to.equal(false)
    expect(by(veth, 'Type=ether', 'Kind=!*')).to.equal(false)
  })

  it('is none where it has no condition, and unknown where the evidence does not show one', () => {
    expect(by(veth)).to.equal(false)
    expect(by(veth, 'Path=pci-*')).to.equal(false)
    expect(by(veth, 'Name=veth[0-9]*')).to.equal(false)
  })

  it('is the first by name, whatever its folder, and one in /etc hides its namesake', () => {
    const first = file('/run/systemd/network/10-a.network', '[Match]', 'Name=*', '[Link]', 'Unmanaged=yes')
    const second = file(all, '[Match]', 'Name=*')
    expect(matched(veth, second, first)).to.equal(undefined)
    const hides = file('/etc/systemd/network/10-a.network', '[Match]', 'Name=docker0')
    expect(matched(veth, second, hides, first)).to.equal(all)
    const unclear = file('/etc/systemd/network/05-b.network', '[Match]', 'Path=pci-*')
    expect(matched(veth, second, unclear)).to.equal(undefined)
  })

  it('leaves a device alone by a drop-in, too', () => {
    const dropIn = file('/etc/systemd/network/80-all.network.d/docker.conf', '[Link]', 'Unmanaged=true')
    expect(matched(veth, file(all, '[Match]', 'Name=*'), dropIn)).to.equal(undefined)
  })
})
