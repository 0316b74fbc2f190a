import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { healthy, inside, links, strangers } from '../simulate/walk/healthy-host.spec-data.ts'
import { examineFacts } from './examine.ts'

const wrongNeighbour = readFacts(
  readFileSync(new URL('../field/evidence/sick/container-wrong-neighbour.bundle', import.meta.url), 'utf8'),
)
const name = 'net.ipv4.conf.eth0.arp_ignore'
const mute: Facts = {
  ...strangers(inside('probe-default', (own) => ({ sysctls: { ...own.sysctls, [name]: '8' } }))),
  bootFiles: [{ file: '/etc/sysctl.d/90-own.conf', line: `${name}=8` }],
}

const shownOf = (facts: Facts) => {
  const dead = examineFacts(facts).symptoms.filter(({ state, setting }) => state === 'dead' && setting)
  const [pid] = facts.containers.flatMap((own) => (own.container === 'probe-default' ? own.pid : []))
  return dead.map(({ setting, next }) => ({ setting, next: next.map((step) => step.replace(`-t ${pid} `, '-t PID ')) }))
}
const again = 'docker restart probe-default   # if somebody set it by hand'

describe('what to do about a setting inside a container', () => {
  it('is shown and taken back there, and not on the host', () =>
    expect(shownOf(wrongNeighbour)).to.deep.equal([
      {
        setting: { name: 'ip neigh 172.17.0.1 dev eth0', value: '02:00:00:00:00:99', inside: 'probe-default' },
        next: ['nsenter -t PID -n ip neigh', again],
      },
    ]))

  it('has nothing to do with a file of the host that sets one of the same name', () =>
    expect(shownOf(mute)).to.deep.equal([
      {
        setting: { name, value: '8', inside: 'probe-default' },
        next: [
          `nsenter -t PID -n sysctl ${name}`,
          "docker inspect -f '{{json .HostConfig.Sysctls}}' probe-default",
          again,
        ],
      },
    ]))
})

describe('what to do about a bridge', () => {
  const stepsOf = (facts: Facts): string[] => {
    const dead = examineFacts(facts).symptoms.filter(({ state }) => state === 'dead')
    return [...new Set(dead.flatMap(({ next }) => next[0] ?? []))]
  }

  it('is to add the route to its own subnet again, where that alone is missing', () => {
    const routes = healthy.routes.filter(({ dev, table }) => dev !== 'docker0' || table !== 'main')
    expect(stepsOf({ ...healthy, routes })).to.contain(
      'ip route add 172.17.0.0/16 dev docker0 proto kernel scope link src 172.17.0.1',
    )
    const bare = links(({ name }) => (name === 'docker0' ? { ips: [], addresses: [] } : {}))
    expect(stepsOf({ ...bare, routes }).join()).to.not.contain('ip route add')
  })

  it('is to switch ARP on where it is off', () => {
    const off = strangers(links(({ name }) => (name === 'docker0' ? { noarp: true } : {})))
    expect(stepsOf(off)).to.deep.equal(['ip link set docker0 arp on'])
  })
})
