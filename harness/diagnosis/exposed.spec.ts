import { expect } from 'chai'
import { recorded, recordedAt } from '../causes/bundles.spec-data.ts'
import type { Facts } from '../evidence/facts.ts'
import { parseIptablesSave } from '../evidence/iptables-save.ts'
import { simulate } from '../simulate/index.ts'
import { exposedPorts } from './exposed.ts'
import { examinationOf } from './finding.spec-data.ts'

const healthy = recordedAt('causes/masquerade-off/evidence/well/debian12-healthy').facts
const exposed = (facts: Facts): string[] => exposedPorts(simulate(facts))
const closing = (line: string): Facts => ({
  ...healthy,
  xtables: { ...healthy.xtables, legacy: parseIptablesSave(['*filter', ':INPUT ACCEPT [0:0]', line, 'COMMIT']) },
})

describe('published ports that pass the host’s own firewall', () => {
  it('are reported with the firewall’s rule, by each firewall', () => {
    const hosts = recorded.filter(({ path }) => /well\/.*(ufw-on|firewalld-on|docker-after-iptables)$/.test(path))
    expect(hosts).to.have.length.at.least(5)
    for (const { path, facts } of hosts) {
      const [line, ...others] = exposed(facts)
      expect(others, path).to.deep.equal([])
      expect(line, path).to.match(/^8080\/tcp \(probe-default\), 8081\/tcp \(probe-user\): /)
      expect(line, path).to.contain(
        /ufw/.test(path) ? 'ufw' : /firewalld/.test(path) ? 'firewalld' : 'iptables.service',
      )
    }
  })

  it('are none where no firewall closes ports, or where the outside cannot connect anyway', () => {
    expect(exposed(healthy)).to.deep.equal([])
    expect(exposed(recordedAt('causes/ufw-deny/evidence/sick/debian12-ufw-docker').facts)).to.deep.equal([])
  })

  it('are those that the firewall closes for the outside, and not for some of it', () => {
    expect(exposed(closing('-A INPUT -p tcp -m tcp --dport 8080 -j DROP'))).to.have.length(1)
    expect(exposed(closing('-A INPUT -p tcp -m tcp --dport 9090 -j DROP'))).to.deep.equal([])
    expect(exposed(closing('-A INPUT -i docker0 -j DROP'))).to.deep.equal([])
    expect(exposed(closing('-A INPUT -m limit --limit 1/min -j DROP'))).to.deep.equal([])
  })

  it('make no host sick', () => {
    const { exposed, verdict, unexplained } = examinationOf(
      closing('-A INPUT -i wan0 -p tcp -m tcp --dport 8080 -j DROP'),
    )
    expect(exposed).to.have.length(1)
    expect([verdict, unexplained]).to.deep.equal(['healthy', []])
  })
})
