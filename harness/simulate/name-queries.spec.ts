import { expect } from 'chai'
import type { Facts } from '../evidence/facts.ts'
import { nothingAnswers } from './name-queries.ts'
import { healthy, namesOf } from './walk/healthy-host.spec-data.ts'

const query = (source: string, server: string, left: number, answered = false): string =>
  `udp      17 ${left} src=${source} dst=${server} sport=4 dport=53 ${answered ? '' : '[UNREPLIED] '}src=${server} dst=192.0.2.2 sport=53 dport=4`

const seen = (...connections: string[]): Facts => ({ ...healthy, connections })

describe('name queries that nothing on the host stops', () => {
  const server = '203.0.113.10'
  const silent = `container ${server} dies outside no-answer`
  const passes = `container ${server} passes`
  for (const [what, connections, ends] of [
    ['pass where conntrack shows none', [], passes],
    ['get no answer where they have waited for two seconds', [query('172.17.0.2', server, 28)], silent],
    ['may still be answered within two seconds', [query('172.17.0.2', server, 29)], passes],
    ['are not judged by the queries of others', [query('172.30.1.10', server, 20)], passes],
    [
      'pass where the server answers anybody',
      [query('172.17.0.2', server, 20), query('192.0.2.2', server, 9, true)],
      passes,
    ],
  ] as const)
    it(what, () => expect(namesOf(seen(...connections))).to.deep.equal([ends]))
})

describe('a name server that serves some senders only', () => {
  const server = '203.0.113.10'
  const others = query('192.0.2.2', server, 9, true)
  const own = (left: number, answered = false): string => query('172.17.0.2', server, left, answered)

  it('may leave a container without an answer where several queries wait, and none of its own was answered', () => {
    expect(namesOf(seen(others, own(20), own(22)))).to.deep.equal([`container ${server} unclear outside no-answer`])
    expect(namesOf(seen(others, own(20)))).to.deep.equal([`container ${server} passes`])
    expect(namesOf(seen(others, own(20), own(22), own(25, true)))).to.deep.equal([`container ${server} passes`])
  })
})

describe('a container’s name servers', () => {
  const [first, second] = ['203.0.113.10', '198.51.100.53']
  const withTwo = (...connections: string[]): Facts => ({
    ...seen(...connections),
    containers: healthy.containers.map((own) => ({
      ...own,
      resolver: { ...own.resolver, nameservers: [first, second] },
    })),
  })

  it('count up to the first that may answer', () => {
    expect(namesOf(withTwo())).to.deep.equal([`container ${first} passes`, `container ${second} passes`])
    expect(namesOf(withTwo(query('172.17.0.2', second, 20)))).to.deep.equal([`container ${first} passes`])
    expect(namesOf(withTwo(query('172.17.0.2', first, 20)))).to.deep.equal([
      `container ${first} dies outside no-answer`,
      `container ${second} passes`,
    ])
  })

  it('are lost for certain only where they are known', () => {
    const gone = '192.0.2.77'
    const neighbours = [
      ...healthy.neighbours,
      { family: 4 as const, address: gone, dev: 'wan0', mac: '', state: ['FAILED'] },
    ]
    const changed = (...connections: string[]): Facts => ({
      ...seen(...connections),
      resolver: { ...healthy.resolver, nameservers: [gone] },
      neighbours,
    })
    expect(namesOf(changed(), 'probe-user')).to.deep.equal([`container ${gone} unclear uplink no-neighbour`])
    expect(namesOf(changed(query('172.30.1.10', gone, 29)), 'probe-user')).to.deep.equal([
      `container ${gone} dies uplink no-neighbour`,
    ])
  })
})

describe('the other machines', () => {
  const other = (protocol: string, destination: string, answered: boolean): string =>
    `${protocol} 100 src=172.17.0.2 dst=${destination} ${answered ? '' : '[UNREPLIED] '}src=${destination} dst=192.0.2.2`
  const silent = (...connections: string[]): boolean => nothingAnswers(seen(...connections))

  it('are silent where neither a connection nor a query was answered', () => {
    expect(silent(other('tcp', '198.51.100.1', false), query('172.17.0.2', '203.0.113.10', 20))).to.equal(true)
    expect(silent(other('icmp', '198.51.100.1', false))).to.equal(true)
    // The host's own stub answers, if only that it knows nothing.
    expect(silent(other('tcp', '198.51.100.1', false), query('127.0.0.1', '127.0.0.53', 20, true))).to.equal(true)
  })

  it('are not where one answers, whatever it was sent', () => {
    expect(silent(other('tcp', '198.51.100.1', false), other('udp', '198.51.100.2', true))).to.equal(false)
    expect(silent(other('icmp', '198.51.100.1', false), query('192.0.2.2', '198.51.100.3', 20, true))).to.equal(false)
  })

  it('are not by datagrams alone, which may want no answer, nor by what stays on the host', () => {
    expect(silent(query('172.17.0.2', '203.0.113.10', 20), other('udp', '198.51.100.1', false))).to.equal(false)
    expect(silent(other('tcp', '172.30.1.10', false), other('tcp', '192.0.2.2', false))).to.equal(false)
    expect(silent()).to.equal(false)
  })
})

describe('the servers of Docker’s resolver on user networks', () => {
  const resolver = (nameservers: string[], upstream: string[] = []): Facts => ({
    ...seen(),
    resolver: { ...healthy.resolver, nameservers, upstream },
  })
  const of = (facts: Facts): string[] => namesOf(facts, 'probe-user').map((end) => end.split(' ').slice(0, 2).join(' '))

  it('are a loopback address of the host, by the host’s own network', () =>
    expect(of(resolver(['127.0.0.1']))).to.deep.equal(['host 127.0.0.1']))

  it('are those behind systemd-resolved’s stub, and Docker’s own where that lists none', () => {
    expect(of(resolver(['127.0.0.53'], ['192.0.2.53']))).to.deep.equal(['container 192.0.2.53'])
    expect(of(resolver(['127.0.0.53']))).to.deep.equal(['container 8.8.8.8', 'container 8.8.4.4'])
  })

  describe('are not the host’s of now', () => {
    const was = '198.51.100.53'
    const querying = (...connections: string[]): string[] => of({ ...resolver(['203.0.113.10']), connections })

    it('where conntrack shows that the container queries others only', () => {
      expect(querying(query('172.30.1.10', was, 20))).to.deep.equal([`container ${was}`])
      expect(querying(query('172.30.1.10', was, 20, true))).to.deep.equal([`container ${was}`])
      expect(querying(query('172.30.1.10', '172.30.1.11', 20))).to.deep.equal(['container 172.30.1.11'])
    })

    it('but for those that do not answer it, where others do', () =>
      expect(querying(query('172.30.1.10', was, 20), query('172.30.1.10', '192.0.2.53', 9, true))).to.deep.equal([
        'container 192.0.2.53',
      ]))

    it('unless it queries one of them too, or only others do', () => {
      const host = ['container 203.0.113.10']
      expect(querying(query('172.30.1.10', was, 20), query('172.30.1.10', '203.0.113.10', 9))).to.deep.equal(host)
      expect(querying(query('172.17.0.2', was, 20))).to.deep.equal(host)
    })
  })
})
