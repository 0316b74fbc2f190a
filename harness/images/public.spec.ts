import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { skipped } from '../lib/skipped.spec-data.ts'
import { loadPublic, publicImages } from './public.ts'
import { hostImages } from './recipe.ts'

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0

describe('the public images', () => {
  it('are of every host, of those too that cannot be built here', () => {
    expect(publicImages()).to.include.members([...hostImages(), 'centos-stream9', 'centos-stream10', 'centos7'])
  })

  for (const name of publicImages())
    it(`${name} has a box, and scripts that a shell can read`, () => {
      const { box, provision, booted } = loadPublic(name)
      expect(box.name).to.match(/^[\w-]+\/[\w.-]+$/)
      expect(provision).to.not.be.empty
      for (const script of [...provision, ...booted]) {
        expect(readFileSync(script, 'utf8')).to.match(/^#!\/bin\/sh\n# \w/)
        execFileSync('sh', ['-n', script])
        if (has('shellcheck')) execFileSync('shellcheck', ['--shell=sh', script])
      }
    })
})

// The repository files that CentOS 7 ships. Their servers no longer exist.
const ended = `[base]
name=CentOS-$releasever - Base
mirrorlist=http://mirrorlist.centos.org/?release=$releasever&arch=$basearch&repo=os&infra=$infra
#baseurl=http://mirror.centos.org/centos/$releasever/os/$basearch/
gpgcheck=1
`

describe('el.sh makes a CentOS into a host', () => {
  let dir: string
  beforeEach(function () {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-el-'))
    mkdirSync(join(dir, 'bin'))
    mkdirSync(join(dir, 'etc/yum.repos.d'), { recursive: true })
    mkdirSync(join(dir, 'log'))
    if (spawnSync('unshare', ['--map-root-user', '--mount', 'true']).status !== 0)
      skipped(this, 'this user may not make a mount namespace')
    for (const name of ['dnf', 'yum', 'curl', 'systemctl']) program(name, '')
    writeFileSync(join(dir, 'etc/yum.repos.d/CentOS-Base.repo'), ended)
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const program = (name: string, answers: string): void => {
    writeFileSync(join(dir, 'bin', name), `#!/bin/sh\necho "${name} $*" >>${dir}/calls\n${answers}\n`)
    chmodSync(join(dir, 'bin', name), 0o755)
  }
  /** Runs the provisioning of an image with /etc, /run and /var/log of this test; in a container no systemd runs. */
  const run = (name: string, { systemd = true } = {}) => {
    const { provision, settings } = loadPublic(name)
    const script = `mount --bind ${dir}/etc /etc && mount --bind ${dir}/log /var/log && mount -t tmpfs tmpfs /run && ${systemd ? 'mkdir -p /run/systemd/system && ' : ''}exec sh ${provision[0]}`
    const env = { ...settings, PATH: `${join(dir, 'bin')}:${process.env.PATH}` }
    const { status, stderr } = spawnSync('unshare', ['--map-root-user', '--mount', 'sh', '-c', script], { env })
    return { status, stderr: stderr.toString(), calls: readFileSync(join(dir, 'calls'), 'utf8').split('\n') }
  }

  for (const name of ['centos-stream9', 'centos-stream10', 'centos7'])
    it(`${name}: the engine's packages, firewall managers asleep, docker enabled, twice the same`, () => {
      const { settings } = loadPublic(name)
      const first = run(name)
      expect(first.status, first.stderr).to.equal(0)
      const install = first.calls.find((call) => call.startsWith(`${settings.MANAGER} install -y docker-ce `))
      expect(install).to.match(/ firewalld /)
      expect(install).to.match(/ iptables(-nft)?-services /)
      expect(first.calls).to.include('systemctl disable --now firewalld.service iptables.service')
      expect(first.calls).to.include('systemctl enable containerd.service docker.service')
      expect(first.calls).to.include(`curl -fsSL --retry 3 -o /etc/yum.repos.d/docker-ce.repo ${settings.ENGINE_REPO}`)
      const second = run(name)
      expect(second.status).to.equal(0)
      expect(second.calls.slice(first.calls.length - 1)).to.deep.equal(first.calls)
    })

  it('takes the packages of a release that has ended from the vault', () => {
    const file = join(dir, 'etc/yum.repos.d/CentOS-Base.repo')
    for (const _ of ['once', 'and again']) {
      expect(run('centos7').status).to.equal(0)
      const lines = readFileSync(file, 'utf8').split('\n')
      expect(lines[3]).to.equal('baseurl=https://vault.centos.org/7.9.2009/os/$basearch/')
      expect(lines[2]).to.match(/^#+mirrorlist=/)
    }
  })

  it('fails where a package cannot be had, and enables nothing', () => {
    program('dnf', 'echo "Error: Unable to find a match: docker-ce" >&2; exit 1')
    const { status, stderr, calls } = run('centos-stream9')
    expect(status).to.equal(1)
    expect(stderr).to.contain('Unable to find a match: docker-ce')
    expect(calls.filter((call) => call.startsWith('systemctl'))).to.deep.equal([])
  })

  it('stops nothing in a container, where no systemd runs yet', () => {
    program('systemctl', 'case $1 in list-unit-files) echo "nftables.service disabled disabled" ;; esac')
    const { status, stderr, calls } = run('centos-stream9', { systemd: false })
    expect(status, stderr).to.equal(0)
    expect(calls).to.include('systemctl disable firewalld.service iptables.service')
    expect(calls).to.include('systemctl disable nftables.service')
    expect(calls.filter((call) => /--now|systemctl (start|stop)/.test(call))).to.deep.equal([])
  })

  it('installs what a container’s base has not, and no curl beside its curl-minimal', () => {
    for (const name of ['centos-stream9', 'centos-stream10']) {
      const packages = loadPublic(name).settings.PACKAGES!.split(/\s+/)
      expect(packages).to.include.members(['systemd', 'util-linux', 'procps-ng', 'iproute'])
      expect(packages).to.not.include('curl')
    }
  })

  it('puts nftables.service to sleep only where there is one', () => {
    expect(run('centos-stream9').calls).to.not.include('systemctl disable --now nftables.service')
    program('systemctl', 'case $1 in list-unit-files) echo "nftables.service disabled disabled" ;; esac')
    expect(run('centos-stream9').calls).to.include('systemctl disable --now nftables.service')
  })
})
