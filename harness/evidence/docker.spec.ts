import { expect } from 'chai'
import { readFacts } from './facts.ts'
import { sealBundle } from './reseal.ts'

// Each text is what a real host printed, shortened.
const facts = (name: string, text: string, more: [string, string][] = []) => {
  const all = readFacts(sealBundle([[name, text] as const, ...more].map(([name, text]) => ({ name, text }))))
  expect(all.sections[name]).to.include({ status: 'ok', why: '' })
  return all
}

describe('the sections of Docker', () => {
  it('Docker: networks of any driver, containers that run and that do not, dockerd’s processes', () => {
    const networks = `{"Name":"bridge","Id":"9a4bf5cf59985dcb","Driver":"bridge","Scope":"local","Internal":false,"EnableIPv6":false,"Options":{"com.docker.network.bridge.name":"docker0"},"IPAM":{"Driver":"default","Options":null,"Config":[{"Subnet":"172.17.0.0/16","Gateway":"172.17.0.1"}]}}
{"Name":"six","Id":"0123456789abcdef","Driver":"bridge","Scope":"local","Internal":false,"EnableIPv6":true,"Options":{},"IPAM":{"Driver":"default","Options":{},"Config":[{"Subnet":"fd00::/64","Gateway":"fd00::1/64"},{"Subnet":"10.1.0.0/16"}]}}
{"Name":"host","Id":"77","Driver":"host","Scope":"local","Internal":false,"EnableIPv6":false,"Options":{},"IPAM":{"Driver":"default","Options":null,"Config":[]}}`
    const containers = `{"name":"/web","pid":123,"mode":"six","id":"ab","status":"running","exitCode":0,"error":"","restart":"no","ports":{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"32768"}],"53/udp":null},"bindings":{"80/tcp":[{"HostIp":"","HostPort":""}]},"networks":{"six":{"IPAddress":"10.1.0.2","GlobalIPv6Address":"fd00::2","MacAddress":"02:42:0a:01:00:02"}}}
{"name":"/gone","pid":0,"mode":"bridge","id":"cd","status":"created","exitCode":128,"error":"port is already allocated","restart":"always","ports":{},"bindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}]},"networks":{"bridge":{"IPAddress":"","GlobalIPv6Address":"","MacAddress":""}}}`
    const { docker } = facts('docker-networks', networks, [
      ['docker-containers', containers],
      ['docker-install', 'binary /usr/sbin/dockerd\nprocess 1054 T /usr/sbin/dockerd\t-H\tfd://'],
      ['docker-config', 'file /etc/other.json\n{"iptables": false}'],
      ['docker-endpoint', 'context far\ncontext-host tcp://192.0.2.9:2375\nerror Cannot connect'],
    ])
    expect(docker.allNetworks.map(({ name }) => name)).to.deep.equal(['bridge', 'six', 'host'])
    expect(docker.networks[0]).to.include({ bridge: 'docker0', subnet: '172.17.0.0/16', gateway: '172.17.0.1' })
    expect(docker.networks[1]).to.include({ bridge: 'br-0123456789ab', subnet: '10.1.0.0/16', gateway: '' })
    expect(docker.networks[1]).to.include({ subnet6: 'fd00::/64', gateway6: 'fd00::1', ipv6: true })
    expect(docker.containers).to.have.length(1)
    expect(docker.containers[0]).to.deep.include({
      name: 'web',
      pid: 123,
      published: [{ host: '0.0.0.0', port: 32768, to: 80, protocol: 'tcp' }],
      requested: [{ host: '', port: 0, to: 80, protocol: 'tcp' }],
      addresses6: { six: 'fd00::2' },
    })
    expect(docker.stopped).to.deep.equal([
      {
        name: 'gone',
        id: 'cd',
        status: 'created',
        exitCode: 128,
        error: 'port is already allocated',
        restart: 'always',
        ports: [{ host: '', port: 8080, to: 80, protocol: 'tcp' }],
      },
    ])
    expect(docker.processes).to.deep.equal([{ pid: 1054, state: 'T', command: ['/usr/sbin/dockerd', '-H', 'fd://'] }])
    expect(docker).to.deep.include({ configFile: '/etc/other.json', config: { iptables: false }, answers: false })
    expect(docker).to.include({ endpoint: 'tcp://192.0.2.9:2375', endpointError: 'Cannot connect' })
  })

  it('the dockerd behind the usual socket comes first, whatever its number', () => {
    const commands = [
      '-H unix:///run/second.sock',
      '-H fd://',
      '',
      '--host=unix:///var/run/docker.sock',
      '-H=tcp://127.0.0.1:1',
    ]
    const text = commands
      .map((words, pid) => `process ${pid} S dockerd ${words}`.replaceAll(/(?<=dockerd.*) /g, '\t'))
      .join('\n')
    expect(facts('docker-install', text).docker.processes.map(({ pid }) => pid)).to.deep.equal([1, 2, 3, 0, 4])
  })

  it('a daemon.json that dockerd would refuse is no empty one', () => {
    const { sections } = readFacts(
      sealBundle([{ name: 'docker-config', text: 'file /etc/docker/daemon.json\n{"a": 1,}' }]),
    )
    expect(sections['docker-config']!.status).to.equal('failed')
    expect(facts('docker-config', 'file /etc/docker/daemon.json').docker.config).to.deep.equal({})
  })
})
