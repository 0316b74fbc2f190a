import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { readFirewallScripts } from './read.ts'

const section = readFileSync(new URL('collect.sh', import.meta.url), 'utf8')

describe('the scripts that flush tables', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'dockfault-scripts-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  /** What the section finds on a host with these files. */
  const foundIn = (files: Record<string, string>): string[][] => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    const moved = section.replaceAll(/(?<=\s)\/(?=(?:etc|usr|var|root)\/)/g, `${root}/`)
    const { stdout } = spawnSync('sh', ['-c', moved], { encoding: 'utf8' })
    return readFirewallScripts(stdout.trimEnd().split('\n')).map(({ file, line, service, startedUs }) => [
      file.slice(root.length),
      line,
      service ?? 'none',
      `${startedUs}`,
    ])
  }

  for (const line of [
    'iptables -F',
    '/sbin/iptables --flush',
    '$IPT -t nat -F',
    '"$IPTABLES" -F; true',
    `$\{ipt4} -w -F FORWARD`,
    'ip6tables -t nat -F POSTROUTING',
    'iptables-restore </etc/rules.v4',
    'nft flush ruleset',
    'nft -f - <<X && flush table ip filter',
  ])
    it(`have lines as “${line}”`, () =>
      expect(foundIn({ '/usr/local/sbin/fw': `#!/bin/sh\n  ${line}\n` })).to.deep.equal([
        ['/usr/local/sbin/fw', line, 'none', '0'],
      ]))

  for (const line of [
    '# iptables -F',
    'iptables -F mine',
    'iptables -A FORWARD -j DROP',
    'iptables-restore --noflush </etc/more',
    'nft flush chain ip filter mine',
    'rm -F iptables',
    'nft flush set ip filter mine',
  ])
    it(`do not have “${line}”`, () =>
      expect(foundIn({ '/usr/local/sbin/fw': `#!/bin/sh\n${line}\n` })).to.deep.equal([]))

  it('are known by the service that runs them', () => {
    const found = foundIn({
      '/etc/systemd/system/fw.service': `[Service]\nExecStart=/bin/sh ${root}/usr/local/sbin/fw start\n`,
      '/etc/systemd/system/own.service': '[Service]\nExecStart=/usr/sbin/iptables -F\n',
      '/usr/local/sbin/fw': 'iptables -F\n',
      '/usr/local/sbin/fw-other': 'iptables -F\n',
    })
    expect(found.map(([file, , service]) => `${file} ${service}`).toSorted()).to.deep.equal([
      '/etc/systemd/system/own.service own.service',
      '/usr/local/sbin/fw fw.service',
      '/usr/local/sbin/fw-other none',
    ])
  })

  it('are read as text, never as a program', () => {
    expect(foundIn({ '/usr/local/bin/tool': '\0iptables -F\n', '/usr/local/bin/it s': 'iptables -F\n' })).to.deep.equal(
      [],
    )
  })

  it('are read with the time of their start, and what is no such line is left out', () =>
    expect(readFirewallScripts(['fw.service 88147260161 /usr/local/sbin/fw  iptables -F', 'x', ''])).to.deep.equal([
      { file: '/usr/local/sbin/fw', line: 'iptables -F', service: 'fw.service', startedUs: 88_147_260_161 },
    ]))
})
