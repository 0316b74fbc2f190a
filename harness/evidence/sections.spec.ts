import { expect } from 'chai'
import { readFacts } from './facts.ts'
import { sealBundle } from './reseal.ts'

// Each text is what a real host printed, shortened.
const facts = (name: string, text: string, more: [string, string][] = []) => {
  const all = readFacts(sealBundle([[name, text] as const, ...more].map(([name, text]) => ({ name, text }))))
  expect(all.sections[name]).to.include({ status: 'ok', why: '' })
  return all
}

describe('the sections of a bundle', () => {
  it('links: a port of a bridge, the other end of a veth by index or by name', () => {
    const text = JSON.stringify([
      {
        ifindex: 2,
        ifname: 'br0',
        flags: ['UP', 'LOWER_UP'],
        mtu: 1500,
        linkinfo: { info_kind: 'bridge', info_data: { vlan_filtering: 1, nf_call_iptables: 1, stp_state: 0 } },
      },
      {
        ifindex: 4,
        link: 'v1',
        ifname: 'v0',
        flags: ['BROADCAST', 'UP', 'LOWER_UP'],
        mtu: 1500,
        master: 'br0',
        address: '02:e8:66:f0:b4:a5',
        linkinfo: {
          info_kind: 'veth',
          info_slave_kind: 'bridge',
          info_slave_data: {
            state: 'forwarding',
            hairpin: true,
            isolated: true,
            learning: true,
            flood: true,
            neigh_suppress: false,
          },
        },
      },
      { ifindex: 3, link: 'v0', ifname: 'v1', flags: ['UP'], mtu: 1400, linkinfo: { info_kind: 'veth' } },
      {
        ifindex: 5,
        link: 'v1',
        ifname: 'mv0',
        flags: ['NOARP'],
        mtu: 1400,
        linkinfo: { info_kind: 'macvlan', info_data: { mode: 'bridge' } },
      },
      {
        ifindex: 9,
        link_index: 8,
        link_netnsid: 0,
        ifname: 'eth0',
        flags: ['UP'],
        mtu: 1500,
        xdp: { mode: 1 },
        linkinfo: { info_kind: 'veth' },
      },
    ]) // prettier-ignore
    const addresses =
      '[{"ifname":"v1","addr_info":[{"family":"inet","local":"192.0.2.1","address":"192.0.2.2","prefixlen":32,"scope":"global"},{},{"family":"inet6","local":"fe80::1","prefixlen":64,"scope":"link","tentative":true}]}]'
    const { links } = facts('links', text, [['addresses', addresses]])
    const [bridge, port, veth, macvlan, other] = links
    expect(bridge!.bridge).to.include({ vlanFiltering: true, nfCallIptables: true, nfCallIp6tables: false, stp: false })
    expect(port).to.deep.include({ master: 'br0', peerIndex: 3, up: true, carrier: true })
    expect(port!.port).to.include({
      state: 'forwarding',
      hairpin: true,
      isolated: true,
      broadcasts: true,
      locked: false,
    })
    expect(veth).to.deep.include({ mtu: 1400, peerIndex: 4, up: true, carrier: false, addresses: ['192.0.2.1'] })
    expect(veth!.ips).to.deep.equal([
      { address: '192.0.2.1', prefix: 32, family: 4, scope: 'global', peer: '192.0.2.2' },
      { address: 'fe80::1', prefix: 64, family: 6, scope: 'link', tentative: true },
    ])
    expect(macvlan).to.include({ kind: 'macvlan', lower: 'v1', noarp: true, up: false })
    expect(other).to.include({ peerIndex: 8, peerNamespace: 0, xdp: true })
  })

  it('routes: several next hops, an IPv6 gateway, a type of service that is not understood', () => {
    const { routes } = facts(
      'routes',
      '[{"type":"blackhole","dst":"7.0.0.0/8","table":"9","flags":[]},{"dst":"8.0.0.0/8","tos":"0x10","gateway":"10.9.0.9","dev":"br0","table":"51820","flags":[],"metrics":[{"mtu":1400}]},{"dst":"5.0.0.0/8","flags":[],"nexthops":[{"gateway":"10.9.0.5","dev":"br0","weight":1,"flags":[]},{"gateway":"10.9.0.6","dev":"br0","weight":2,"flags":["dead"]}]},{"dst":"6.0.0.0/8","via":{"family":"inet6","host":"fe80::1"},"dev":"br0","flags":[]}]',
    )
    expect(routes[0]).to.deep.equal({ type: 'blackhole', dst: '7.0.0.0/8', table: '9', metric: 0, flags: [] })
    expect(routes[1]).to.deep.include({ mtu: 1400, table: '51820', unknown: ['tos'] })
    expect(routes[2]!.nexthops![1]).to.deep.equal({ gateway: '10.9.0.6', dev: 'br0', weight: 2, flags: ['dead'] })
    expect(routes[3]).to.include({ via6: 'fe80::1', type: 'unicast', table: 'main' })
  })

  it('routing rules: every selector and action, and what is not understood', () => {
    const { policyRules } = facts(
      'routing-rules',
      '[{"priority":0,"src":"all","table":"local"},{"priority":99,"src":"all","table":"main","suppress_prefixlen":0},{"priority":100,"src":"10.0.0.0","srclen":8,"action":"blackhole"},{"priority":101,"not":null,"src":"all","fwmark":"0x1","fwmask":"0xff","table":"51820"},{"priority":200,"src":"all","goto":32766},{"priority":201,"src":"all","iif":"nosuch","iif_detached":null,"ipproto":"tcp","dport_start":80,"dport_end":90,"table":"main"},{"priority":202,"src":"all","uid_start":0,"uid_end":5,"action":"prohibit"},{"priority":203,"src":"all","nop":null},{"priority":205,"src":"all","dst":"1.2.3.4","sport":5,"action":"unreachable"},{"priority":300,"src":"all","news":1,"l3mdev":null}]',
    )
    expect(policyRules.map(({ action }) => action)).to.deep.equal([
      'lookup',
      'lookup',
      'blackhole',
      'lookup',
      'goto',
      'lookup',
      'prohibit',
      'nop',
      'unreachable',
      'lookup',
    ])
    expect(policyRules[1]).to.include({ suppressPrefixLength: 0, table: 'main' })
    expect(policyRules[2]).to.include({ src: '10.0.0.0/8', not: false })
    expect(policyRules[3]).to.include({ not: true, fwmark: 1, fwmask: 255, table: '51820' })
    expect(policyRules[4]).to.include({ goto: 32766 })
    expect(policyRules[5]).to.deep.include({ iif: 'nosuch', ipproto: 'tcp', dport: '80-90', unknown: [] })
    expect(policyRules[6]).to.include({ uidrange: '0-5' })
    expect(policyRules[8]).to.include({ dst: '1.2.3.4', sport: '5' })
    expect(policyRules[9]).to.deep.include({ l3mdev: true, unknown: ['news'] })
  })

  it('routing rules: a port with its mask, as iproute2 6.15 prints it', () => {
    const unknownOf = (mask: string): string[] => {
      const listed = `[{"priority":120,"src":"all","ipproto":"tcp","dport":80,"dport_mask":"${mask}","action":"prohibit"}]`
      const [rule] = facts('routing-rules', listed).policyRules
      expect(rule).to.include({ dport: '80', action: 'prohibit' })
      return rule!.unknown
    }
    expect(unknownOf('0xffff')).to.deep.equal([])
    expect(unknownOf('0xff')).to.deep.equal(['dport_mask'])
  })

  it('listeners, neighbours and the forwarding database', () => {
    const sockets = `udp UNCONN 0      0      127.0.0.53%lo:53 0.0.0.0:* users:(("systemd-resolve",pid=1,fd=3))
tcp LISTEN 0      128    0.0.0.0:8080 0.0.0.0:*    users:(("docker-proxy",pid=9,fd=4))
tcp LISTEN 0      0               *:80          *:*
tcp LISTEN 0      128       [::1]:631       [::]:* `
    expect(facts('listeners', sockets).listeners).to.deep.equal([
      { protocol: 'udp', family: 4, address: '127.0.0.53', port: 53, program: 'systemd-resolve', pid: 1 },
      { protocol: 'tcp', family: 4, address: '0.0.0.0', port: 8080, program: 'docker-proxy', pid: 9 },
      { protocol: 'tcp', family: 6, address: '::', port: 80, program: '', pid: 0 },
      { protocol: 'tcp', family: 6, address: '::1', port: 631, program: '', pid: 0 },
    ])
    const { neighbours, fdb } = facts(
      'neighbours',
      '[{"dst":"192.0.2.1","dev":"eth0","lladdr":"02:fc:00:00:00:05","state":["STALE"]},{"dst":"ff02::16","dev":"br0","state":["FAILED"]}]',
      [['fdb', '[{"mac":"8e:c9:27:ff:d8:91","ifname":"v0","flags":[],"master":"br0","state":""}]']],
    )
    expect(neighbours.map(({ family, state }) => [family, ...state])).to.deep.equal([
      [4, 'STALE'],
      [6, 'FAILED'],
    ])
    expect(fdb[0]).to.include({ mac: '8e:c9:27:ff:d8:91', dev: 'v0', master: 'br0', state: '' })
  })

  it('queues and their filters', () => {
    const text = `qdisc noqueue 0: dev lo root refcnt 2
qdisc tbf 8001: dev br0 root refcnt 2 rate 1Mbit burst 10Kb lat 50ms
qdisc clsact ffff: dev v1 parent ffff:fff1
filters v1 ingress
filter protocol ip pref 49152 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 *flowid 1:1 not_in_hw
  match 00000000/00000000 at 0
filters v1 egress`
    const { trafficControl } = facts('traffic-control', text)
    expect(trafficControl.map(({ link, qdiscs }) => [link, qdiscs[0]!.kind])).to.deep.equal([
      ['lo', 'noqueue'],
      ['br0', 'tbf'],
      ['v1', 'clsact'],
    ])
    expect(trafficControl[2]!.filters).to.have.length(1)
    expect(trafficControl[2]!.filters[0]).to.include({ kind: 'u32', where: 'ingress' })
    expect(trafficControl[2]!.filters[0]!.text).to.contain('match 00000000')
  })

  it('resolvers and sets', () => {
    const { resolver } = facts(
      'resolver',
      'link ../run/systemd/resolve/stub-resolv.conf\nhost # a comment\nhost nameserver 127.0.0.53\nhost options edns0 trust-ad\nhost search lan\nupstream nameserver 192.0.2.53',
    )
    expect(resolver).to.deep.include({ nameservers: ['127.0.0.53'], upstream: ['192.0.2.53'], search: ['lan'] })
    expect(resolver).to.deep.include({
      linkTarget: '../run/systemd/resolve/stub-resolv.conf',
      options: ['edns0', 'trust-ad'],
    })
    expect(facts('ipsets', 'create s1 hash:ip family inet\nadd s1 192.0.2.7\nadd s1 192.0.2.8').ipsets).to.deep.equal({
      s1: { type: 'hash:ip', elements: ['192.0.2.7', '192.0.2.8'] },
    })
  })

  it('packet queues, the holders of a lock, and tables of neighbours', () => {
    const queues =
      '    0  31621     0 2 65531     0     0        1  1\n  300  31621     0 2 65531     0     0        1  1'
    expect(facts('packet-queues', queues).packetQueues).to.deep.equal([0, 300])
    expect(facts('packet-queues', '').packetQueues).to.deep.equal([])
    expect(facts('xtables-lock', '5170 my flock').lockHolders).to.deep.equal([{ pid: 5170, name: 'my flock' }])
    expect(facts('neighbour-tables', 'arp 56\nndisc 100').neighbourTables).to.deep.equal({ arp: 56, ndisc: 100 })
  })

  it('a dockerd in another network namespace', () => {
    const text = 'process 12 S dockerd\t-H\tfd://\napart 12\nprocess 13 S dockerd\nprogram none'
    expect(facts('docker-install', text).docker.processes.map(({ pid, apart }) => [pid, apart])).to.deep.equal([
      [12, true],
      [13, undefined],
    ])
  })

  it('when a container ended, and when a unit stopped and started', () => {
    const row = {
      name: '/web',
      mode: 'bridge',
      status: 'exited',
      restart: 'no',
      finished: '2026-01-02T03:04:05.123456789Z',
    }
    const never = { ...row, name: '/new', status: 'created', finished: '0001-01-01T00:00:00Z' }
    const { docker } = facts('docker-containers', [row, never].map((each) => JSON.stringify(each)).join('\n'))
    expect(docker.stopped.map(({ endedMs }) => endedMs)).to.deep.equal([Date.UTC(2026, 0, 2, 3, 4, 5, 123), undefined])
    const unit =
      'Id=docker.service\nInactiveExitTimestampMonotonic=30\nActiveEnterTimestampMonotonic=40\nActiveExitTimestampMonotonic=20'
    expect(facts('units', unit).units['docker.service']).to.include({ startedUs: 30, activeSinceUs: 40, stoppedUs: 20 })
  })

  it('routes with a time to live of their own', () => {
    const text = JSON.stringify([{ dst: 'default', gateway: '192.0.2.1', dev: 'wan0', metrics: [{ hoplimit: 3 }] }])
    expect(facts('routes', text).routes[0]?.hopLimit).to.equal(3)
  })
})
