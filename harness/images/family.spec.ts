import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { Procedure } from '../cause/cause.ts'
import { recordedAt } from '../causes/bundles.spec-data.ts'
import { faults } from '../causes/index.ts'
import { pin } from '../hosts/conditions.ts'
import type { Host } from '../hosts/host.ts'
import { decoys } from '../injection/decoys.ts'
import { proceduresOf } from '../injection/fault.ts'
import { buildOutside } from '../outside/outside.ts'
import { allCells } from '../registry.ts'
import { familyOf, inWordsOf } from './family.ts'

// The facts of a host for which every fix has steps: firewalld cuts its bridges off.
const { facts } = recordedAt('causes/firewalld-zone/evidence/sick/debian13-removed')

/** The scripts that the cells of a host run on it. */
async function scriptsOf(image: string, written: string[] = []): Promise<string[]> {
  const scripts: string[] = []
  const exec = async (script: string) => {
    scripts.push(script)
    return { code: 0, stdout: '{}', stderr: '', durationMs: 1 }
  }
  const put = async (_: string, content: unknown) => void (typeof content === 'string' && written.push(content))
  const host = { name: image, exec, put } as unknown as Host
  await buildOutside(host)
  for (const cell of allCells().filter(({ host }) => host === image)) {
    await pin(host, cell.given)
    const own = [cell.fault, cell.and].flatMap((each) => (each ? [{ fault: faults[each.kind]!, ...each }] : []))
    for (const { fault, params } of own) {
      // A fault that needs a built program stops before its script, because nothing is built here.
      await fault.inject(host, params).catch(() => undefined)
      await fault.trigger?.(host, params)
    }
    const procedures = Object.assign({}, ...own.map(({ fault }) => proceduresOf(fault))) as Record<string, Procedure>
    for (const { use } of cell.fixes) scripts.push(...procedures[use]!.steps(facts))
  }
  return [...scripts, ...Object.values(decoys), readFileSync(new URL('../fix/ladder.ts', import.meta.url), 'utf8')]
}

// The outside, conditions, injections and fixes of a host's cells: fewer, and cells are missing.
const fewestScripts = 20

describe('the family of a host', () => {
  it('is Debian’s for what is built here, and EL’s for CentOS', () => {
    expect(['debian12', 'debian-testing', 'centos-stream9', 'centos7'].map(familyOf)).to.deep.equal([
      'debian',
      'debian',
      'el',
      'el7',
    ])
  })

  it('leaves scripts unchanged on Debian', () => {
    const script = 'apt-get purge -y -q "linux-image-$running"; cat /etc/iptables/rules.v4'
    expect(inWordsOf('debian13', script)).to.equal(script)
  })

  it('has its own words for rules, units, alternatives, programs and kernels', () => {
    const translated = (script: string): string => inWordsOf('centos-stream9', script)
    expect(translated('[ -e /etc/iptables/rules.v4 ]')).to.equal('[ -e /etc/sysconfig/iptables ]')
    expect(translated('systemctl enable -q netfilter-persistent.service')).to.equal(
      'systemctl enable -q iptables.service',
    )
    expect(translated('dpkg-divert --quiet --local --rename --divert /a/b.package --add /a/b')).to.equal(
      'mv -f /a/b /a/b.package',
    )
    expect(translated('if dpkg-divert --list "$program" | grep -q .; then')).to.equal(
      'if [ -e "$program".package ]; then',
    )
    expect(translated('apt-get purge -y -q "linux-image-$running"')).to.equal(
      'rpm -e --nodeps $(rpm -qa "kernel*-$running")',
    )
    const reinstall = 'DEBIAN_FRONTEND=noninteractive apt-get install -y --reinstall "linux-image-$(uname -r)"'
    expect(translated(reinstall)).to.match(/^dnf reinstall -y "kernel-core-\$\(uname -r\)" "kernel-modules-core-/)
    expect(inWordsOf('centos7', reinstall)).to.equal('yum reinstall -y "kernel-$(uname -r)"')
  })

  it('starts the outside’s servers in their namespace on EL 7 too, whose systemd has no option for it', async () => {
    const written: string[] = []
    await scriptsOf('centos7', written)
    const unit = written.find((each) => each.includes('dnsmasq'))!
    expect(unit).to.contain('NetworkNamespacePath')
    const dns = inWordsOf('centos7', unit)
    expect(dns).to.match(/^ExecStart=\/usr\/sbin\/ip netns exec outside \/usr\/sbin\/dnsmasq /m)
    expect(dns).to.not.contain('NetworkNamespacePath')
  })

  for (const image of ['centos-stream9', 'centos-stream10', 'centos7'])
    it(`leaves no Debian name in what runs on ${image}, and every script is still valid`, async () => {
      const scripts = await scriptsOf(image)
      expect(scripts).to.have.length.at.least(fewestScripts)
      for (const script of scripts.slice(0, -1)) execFileSync('sh', ['-n'], { input: inWordsOf(image, script) })
      const debian = /apt-(get|cache)|dpkg|netfilter-persistent\.service|rules\.v4|linux-image|update-alternatives/
      const left = scripts.flatMap(
        (script) => debian.exec(inWordsOf(image, script).replace(/^\s*\/\/.*$/gm, ''))?.[0] ?? [],
      )
      expect(left).to.deep.equal([])
    })
})
