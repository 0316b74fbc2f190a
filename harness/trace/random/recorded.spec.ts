import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { type Held, holdRecording } from './hold.ts'
import { readRecording } from './recording.ts'

const folder = new URL('evidence/', import.meta.url)

// Hosts where the tracer once gave another place, or none, by seed and index; one flow of each, and what is said of it.
// Made anew by: npm run test:tracer -- --seed SEED --from INDEX --hosts 1 --record harness/trace/random/evidence
const hosts: Record<string, { flow: string; end: string; message: RegExp }[]> = {
  // Its neighbour was known already: it does not die of ARP, as a first packet does, but of an answer that goes past the host.
  '1-427': [
    {
      flow: 'c2 -> 192.0.2.2:8080/tcp',
      end: 'source-check at back container',
      message: /comes from 172\.17\.0\.2:80, and/,
    },
  ],
  // Rules lead it to a published port of the host: Docker's proxy takes it, whose own connection is dropped.
  '1-500': [
    {
      flow: 'host -> 203.0.113.10:9000/tcp',
      end: 'dropped at out output',
      message: /^a proxy takes it.* in ip t52 main/,
    },
  ],
  // Nobody asked the kernel for the way back to a sender from outside.
  '1-580': [
    {
      flow: 'outside -> 192.0.2.2:8080/tcp',
      end: 'no-route at back routing',
      message: /no way back to 192\.0\.2\.1.* rule 100/,
    },
    { flow: 'outside -> 192.0.2.2:8081/tcp', end: 'no-route at back routing', message: /no way back to 192\.0\.2\.1/ },
  ],
  // The answer is not sent, for nobody answers the host for its receiver.
  '1-601': [
    {
      flow: 'c3 -> 203.0.113.10/icmp',
      end: 'no-neighbour at back bridge',
      message: /ARP is dropped by .* in bridge t0 main/,
    },
  ],
  // Without conntrack answers end at the host, or come from another port than was asked.
  '31-39': [
    {
      flow: 'c1 -> 172.18.0.2:80/tcp',
      end: 'no-route at back routing',
      message: /to 172\.18\.0\.1 ends at the host itself/,
    },
    { flow: 'host -> 192.0.2.2:8081/tcp', end: 'source-check at back input', message: /comes from 172\.18\.0\.2:80/ },
  ],
  // The container that has the packet does not find its sender.
  '31-41': [
    {
      flow: 'c1 -> 172.17.0.3:80/udp',
      end: 'no-neighbour at back bridge',
      message: /^nobody answers for 172\.17\.0\.2 on docker0/,
    },
  ],
  // Two chains of NAT are of equal priority, and the packet took the way that the simulation does not show.
  '31-75': [
    {
      flow: 'c2 -> 192.0.2.2:8080/tcp',
      end: 'source-check at back container',
      message: /straight to 172\.17\.0\.3 over docker0, past the host/,
    },
  ],
  // The proxy's answer goes to a hardware address that nobody has; its own connection came back over the same bridge.
  '31-157': [
    {
      flow: 'c2 -> 192.0.2.2:8080/tcp',
      end: 'no-neighbour at back bridge',
      message: /has 172\.17\.0\.3 set to the hardware/,
    },
  ],
  // The connection was made, and reset by a rule before its sender knew.
  '31-175': [{ flow: 'outside -> 192.0.2.2:8080/tcp', end: 'rejected at out forward', message: /in ip t342 main/ }],
  // Only the port that it came in by shows what stays in a bridge without br_netfilter.
  '31-147': [{ flow: 'c1 -> 172.17.0.3:80/udp', end: 'answered', message: /172\.17\.0\.3 answers c1/ }],
  // It left for a hardware address that somebody has set by hand.
  '31-239': [
    { flow: 'host -> 203.0.113.10:9000/tcp', end: 'unclear', message: /no answer came\. 192\.0\.2\.1 on wan0 is set/ },
  ],
  // A rule that sees the frame wherever it is sent to comes before the wrong hardware address.
  '31-311': [{ flow: 'c2 -> 192.0.2.2:8080/tcp', end: 'dropped at out prerouting', message: /in ip t530 main/ }],
  // With br_netfilter the bridge's own device sees a packet behind IP's prerouting.
  '31-335': [{ flow: 'c1 -> 203.0.113.10/icmp', end: 'forwarding-off at out routing', message: /ip_forward is 0/ }],
}

const endOf = ({ trace: { end, at } }: Held): string => `${end}${at ? ` at ${at.way} ${at.location}` : ''}`

describe('a tracer on recorded random hosts', () => {
  it('has a line here for each of them', () => {
    const files = readdirSync(folder).map((file) => file.replace('.json.gz', ''))
    expect(files.sort()).to.deep.equal(Object.keys(hosts).sort())
  })

  for (const [name, flows] of Object.entries(hosts))
    describe(name, () => {
      let held: Held[] = []
      before(() => {
        held = holdRecording(readRecording(new URL(`${name}.json.gz`, folder)))
      })

      it('gives the place where each death was put', () => {
        expect(held.length).to.be.above(20)
        const other = held.filter(({ is }) => is === 'other')
        expect(other.map(({ title, why }) => `${title}: ${why}`)).to.deep.equal([])
      })

      for (const { flow, end, message } of flows)
        it(`says what ends ${flow}`, () => {
          const one = held.find(({ title }) => title === flow)!
          expect(endOf(one)).to.equal(end)
          expect(one.trace.summary).to.match(message)
          expect(one.is).to.be.oneOf(['answered', 'unclear'].includes(end) ? [end] : ['same', 'follows'])
        })
    })
})
