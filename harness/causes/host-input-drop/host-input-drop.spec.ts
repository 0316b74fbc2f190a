import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { examinationOf } from '../../diagnosis/finding.spec-data.ts'
import { bundlesOf } from '../bundles.spec-data.ts'

const { own } = bundlesOf('host-input-drop')

describe('a rule of the host that drops what containers send to it', () => {
  it('is preceded, in the file that holds it, by a rule that accepts the bridges, once', () => {
    const [finding] = examinationOf(own('sick/debian12-private-sources')).findings
    expect(finding!.summary).to.contain('(from /etc/iptables/rules.v4)')
    const folder = mkdtempSync(join(tmpdir(), 'rules-'))
    try {
      const file = join(folder, 'rules.v4')
      const before = ['*nat', '-A POSTROUTING -j x', 'COMMIT', '*filter', ':INPUT ACCEPT [0:0]']
      const after = ['-A INPUT -j other', '-A INPUT -s 172.16.0.0/12 -j DROP', 'COMMIT']
      writeFileSync(file, `${[...before, ...after].join('\n')}\n`)
      const steps = finding!.remedies[0]!.steps.filter((step) => step.includes('rules.v4'))
      for (const step of [...steps, ...steps])
        execFileSync('sh', ['-c', step.replaceAll('/etc/iptables/rules.v4', file)])
      const accepts = ['docker0', 'br-+'].map((bridge) => `-A INPUT -i ${bridge} -j ACCEPT`)
      expect(readFileSync(file, 'utf8').trim().split('\n')).to.deep.equal([...before, ...accepts, ...after])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('is preceded in iptables by a rule of the same backend, and in a table of nftables by one of nft', () => {
    const stepsOn = (name: string) => examinationOf(own(`sick/${name}`)).findings[0]!.remedies[0]!.steps.join('\n')
    expect(stepsOn('debian12-bridges')).to.contain('iptables-nft -t filter -I INPUT -i docker0 -j ACCEPT')
    expect(stepsOn('debian13-nftables'))
      .to.contain(`echo 'insert rule inet firewall input iifname "docker0" accept' >>/etc/nftables.conf`)
      .and.to.not.contain('oifname')
  })
})
