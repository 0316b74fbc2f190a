import { expect } from 'chai'
import type { MachineState } from '../hosts/machine-state.ts'
import { changesOf, machineNow } from './machine.ts'

const state: MachineState = {
  hostname: ['here'],
  nftables: ['table ip filter {'],
  sysctls: ['net.ipv4.ip_forward = 0', 'net.ipv4.conf.eth0.rp_filter = 1', 'net.ipv4.conf.veth1.rp_filter = 0'],
  modules: ['overlay', 'veth'],
  interfaces: ['eth0', 'lo', 'veth1'],
  namespaces: [],
  folders: [],
}
const changes = (change: Partial<MachineState>, alone = false): string[] =>
  changesOf(state, { ...state, ...change } as MachineState, alone)

describe('what a run changes on its machine', () => {
  it('is a rule, a setting or a module that was there', () => {
    expect(changes({})).to.deep.equal([])
    expect(changes({ nftables: [] })).to.deep.equal(['nftables: - table ip filter {'])
    const forwarding = ['net.ipv4.ip_forward = 1', ...state.sysctls!.slice(1)]
    expect(changes({ sysctls: forwarding })).to.deep.equal([
      'sysctls: - net.ipv4.ip_forward = 0',
      'sysctls: + net.ipv4.ip_forward = 1',
    ])
    expect(changes({ modules: ['veth'] })).to.deep.equal(['modules: - overlay'])
    expect(changes({ modules: ['overlay', 'veth', 'bridge'] })).to.deep.equal([])
  })

  it('is a setting of a link that stays, and not one of a link that came or went', () => {
    const filtered = state.sysctls!.map((line) => line.replace('eth0.rp_filter = 1', 'eth0.rp_filter = 2'))
    expect(changes({ sysctls: filtered })).to.have.length(2)
    const interfaces = ['eth0', 'lo', 'veth2']
    const sysctls = [...state.sysctls!.slice(0, 2), 'net.ipv4.conf.veth2.rp_filter = 0']
    expect(changes({ interfaces, sysctls })).to.deep.equal([])
  })

  it('is a link, a namespace or a folder only where nobody else is there', () => {
    const more = { interfaces: [...state.interfaces!, 'new0'], namespaces: ['new'], folders: ['/tmp/dockfault-x'] }
    expect(changes(more)).to.deep.equal([])
    expect(changes(more, true)).to.deep.equal([
      'interfaces: + new0',
      'namespaces: + new',
      'folders: + /tmp/dockfault-x',
    ])
  })

  it('is seen on this machine', async function () {
    this.timeout(30_000)
    const now = await machineNow()
    expect(now.sysctls).to.have.length.above(100)
    const changed = now.sysctls!.map((line) => (line.startsWith('net.ipv4.ip_forward =') ? `${line}7` : line))
    expect(changesOf(now, { ...now, sysctls: changed }, false)).to.have.length(2)
  })
})
