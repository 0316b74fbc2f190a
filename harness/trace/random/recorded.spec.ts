import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { type Comparison, compareRecording } from './compare-traces.ts'
import { readRecording } from './recording.ts'

const folder = new URL('evidence/', import.meta.url)

// Hosts, by seed and index, where the tracer once named a wrong location or none; one flow of each, with the right
// answer. Recorded again by: npm run test:tracer -- --seed SEED --from INDEX --hosts 1 --record
// harness/trace/random/evidence
const hosts: Record<string, { flow: string; end: string; message: RegExp }[]> = {
  // Its neighbour was already known: not ARP ends it, as it ends a first packet, but an answer that bypasses the host.
  '1-427': [
    {
      flow: 'c2 -> 192.0.2.2:8080/tcp',
      end: 'source-check at back container',
      message: /comes from 172\.17\.0\.2:80, but/,
    },
  ],
  // Rules send it to a published port of the host: Docker's proxy takes it, and the proxy's own connection is dropped.
  '1-500': [
    {
      flow: 'host -> 203.0.113.10:9000/tcp',
      end: 'dropped at out output',
      message: /^Docker’s proxy takes it.* in ip t52 main/,
    },
  ],
  // The tracer made no lookup of the route back to a sender outside.
  '1-580': [
    {
      flow: 'outside -> 192.0.2.2:8080/tcp',
      end: 'no-route at back routing',
      message: /no route back to 192\.0\.2\.1.* rule 100/,
    },
    {
      flow: 'outside -> 192.0.2.2:8081/tcp',
      end: 'no-route at back routing',
      message: /no route back to 192\.0\.2\.1/,
    },
  ],
  // The answer is not sent, because no neighbour answers for its receiver.
  '1-601': [
    {
      flow: 'c3 -> 203.0.113.10/icmp',
      end: 'no-neighbour at back bridge',
      message: /ARP is dropped by .* in bridge t0 main/,
    },
  ],
  // Without conntrack, answers end at the host, or come from another port than the request went to.
  '31-39': [
    {
      flow: 'c1 -> 172.18.0.2:80/tcp',
      end: 'no-route at back routing',
      message: /to 172\.18\.0\.1 ends at the host itself/,
    },
    { flow: 'host -> 192.0.2.2:8081/tcp', end: 'source-check at back input', message: /comes from 172\.18\.0\.2:80/ },
  ],
  // The container that receives the packet does not find the packet's sender.
  '31-41': [
    {
      flow: 'c1 -> 172.17.0.3:80/udp',
      end: 'no-neighbour at back bridge',
      message: /^nobody answers for 172\.17\.0\.2 on docker0/,
    },
  ],
  // Two NAT chains have equal priorities, and the packet took the path that the simulation does not show.
  '31-75': [
    {
      flow: 'c2 -> 192.0.2.2:8080/tcp',
      end: 'source-check at back container',
      message: /the answer comes from 172\.17\.0\.2:80, but the request went to 192\.0\.2\.2:8080/,
    },
  ],
  // The proxy's answer goes to a hardware address that nothing has; its own connection came back over the same bridge.
  '31-157': [
    {
      flow: 'c2 -> 192.0.2.2:8080/tcp',
      end: 'no-neighbour at back bridge',
      message: /has 172\.17\.0\.3 set to the hardware/,
    },
  ],
  // A rule reset the connection before its sender saw it established.
  '31-175': [{ flow: 'outside -> 192.0.2.2:8080/tcp', end: 'rejected at out forward', message: /in ip t342 main/ }],
  // Without br_netfilter, only its input port shows a frame that stays in a bridge.
  '31-147': [{ flow: 'c1 -> 172.17.0.3:80/udp', end: 'answered', message: /172\.17\.0\.3 answers c1/ }],
  // It left for a hardware address that was set by hand.
  '31-239': [
    { flow: 'host -> 203.0.113.10:9000/tcp', end: 'unclear', message: /no answer came\. 192\.0\.2\.1 on wan0 is set/ },
  ],
  // A rule that sees every frame comes before the wrong hardware address.
  '31-311': [{ flow: 'c2 -> 192.0.2.2:8080/tcp', end: 'dropped at out prerouting', message: /in ip t530 main/ }],
  // With br_netfilter the bridge's own device sees a packet after IP's prerouting.
  '31-335': [{ flow: 'c1 -> 203.0.113.10/icmp', end: 'forwarding-off at out routing', message: /ip_forward is 0/ }],
}

const endOf = ({ trace: { end, at } }: Comparison): string => `${end}${at ? ` at ${at.way} ${at.location}` : ''}`

describe('a tracer on recorded random hosts', () => {
  it('has a line here for each of them', () => {
    const files = readdirSync(folder).map((file) => file.replace('.json.gz', ''))
    expect(files.sort()).to.deep.equal(Object.keys(hosts).sort())
  })

  for (const [name, flows] of Object.entries(hosts))
    describe(name, () => {
      let compared: Comparison[] = []
      before(() => {
        compared = compareRecording(readRecording(new URL(`${name}.json.gz`, folder)))
      })

      it('gives the location of each planted drop', () => {
        expect(compared.length).to.be.above(20)
        const other = compared.filter(({ is }) => is === 'other')
        expect(other.map(({ title, why }) => `${title}: ${why}`)).to.deep.equal([])
      })

      for (const { flow, end, message } of flows)
        it(`names what ends ${flow}`, () => {
          const one = compared.find(({ title }) => title === flow)!
          expect(endOf(one)).to.equal(end)
          expect(one.trace.summary).to.match(message)
          expect(one.is).to.be.oneOf(['answered', 'unclear'].includes(end) ? [end] : ['same', 'follows'])
        })
    })
})
