import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { execa } from 'execa'
import { cacheRoot } from '../images/cache.ts'
import { hashFile } from '../images/manifest.ts'
import { skipped } from '../lib/skipped.spec-data.ts'
import { clockSkew } from './clock-skew.ts'
import { hostContract, hostOrSkip } from './host.contract.ts'
import type { Host } from './host.ts'
import { differences, type MachineState, readMachineState } from './machine-state.ts'
import { boxLink } from './vagrant/box.ts'
import { vagrant } from './vagrant.ts'

const image = 'debian12'
const logDir = mkdtempSync(join(tmpdir(), 'dockfault-vagrant-spec-'))
const options = { image, logDir, progress: () => {}, signal: new AbortController().signal }

// It takes many minutes under emulation and a hundred packages, so it runs only on request.
const enabled = process.env.DOCKFAULT_VAGRANT === '1'

const make = async (): Promise<Host | { reason: string }> => {
  if (!enabled) return { reason: 'only with DOCKFAULT_VAGRANT=1' }
  const reason = await vagrant().unavailable(image)
  return reason === undefined ? vagrant().provision(options) : { reason: `vagrant ${reason}` }
}

hostContract('a Vagrant host', make)

describe('a Vagrant host', function () {
  this.timeout(1_800_000)
  let machine: MachineState
  let host: Host

  before(async function () {
    machine = await readMachineState()
    host = await hostOrSkip(this, make)
  })

  after(async () => {
    await host?.[Symbol.asyncDispose]()
    rmSync(logDir, { recursive: true })
  })

  it('comes from a box with size and checksum, packed from the disk that QEMU hosts use', async () => {
    const box = boxLink(image)
    const { name, versions } = JSON.parse(readFileSync(join(box, 'catalogue.json'), 'utf8'))
    const [{ url, checksum }] = versions[0].providers
    expect([name, url]).to.deep.equal(['dockfault/debian12', `file://${box}/box.box`])
    expect(checksum).to.equal(await hashFile(join(box, 'box.box')))
    const { stdout } = await execa('tar', ['-xOf', join(box, 'box.box'), 'metadata.json'])
    expect(JSON.parse(stdout)).to.deep.equal({ provider: 'libvirt', format: 'qcow2', virtual_size: 4 })
    expect((await host.exec('lsblk -bndo SIZE /dev/vda')).stdout.trim()).to.equal(String(4 * 2 ** 30))
    // The command of `vagrant ssh debian12 -c`, as the user that it logs in as.
    expect((await host.exec('runuser -u vagrant -- docker info -f {{.ServerVersion}}')).stdout).to.match(/^20\.10/)
  })

  it('keeps the link that controls it out of its own network', async () => {
    const { stdout } = await host.exec('ls /sys/class/net; ip netns exec management ip -br -4 address')
    expect(stdout).to.match(/^docker0\nlo\n/)
    expect(stdout).to.match(/^e\S+ +UP +192\.168\.121\.\d+\/24/m)
  })

  it('is still controlled when every rule of its own network drops', async () => {
    const shut = 'iptables -P INPUT DROP; iptables -P OUTPUT DROP; iptables -P FORWARD DROP; ip route flush table main'
    expect((await host.exec(shut)).code).to.equal(0)
    expect((await host.exec('echo here')).stdout).to.equal('here\n')
    await host.exec('iptables -P INPUT ACCEPT; iptables -P OUTPUT ACCEPT; systemctl restart docker', {
      deadlineMs: 60_000,
    })
  })

  it('goes back to a kept state, with the time of now', async () => {
    const { snapshot, restore } = vagrant() as Required<ReturnType<typeof vagrant>>
    await host.exec('echo before >/root/state')
    await snapshot(host, 'kept')
    await host.exec('echo after >/root/state; date --set=2001-01-01')
    await restore(host, 'kept')
    expect(await clockSkew(host)).to.be.at.most(1000)
    expect((await host.exec('cat /root/state; systemctl is-active docker')).stdout).to.equal('before\nactive\n')
  })

  it('reports it when a change to the host has cut that connection all the same', async () => {
    const cut =
      'ip netns exec management nft "add table inet cut; add chain inet cut in { type filter hook input priority 0; policy drop; }"'
    const error = await host.exec(`sleep 1; ${cut}; sleep 600`).catch((thrown: unknown) => thrown)
    expect(error).to.include({ name: 'LabError', code: 'host' })
    expect((error as Error).message).to.match(
      /^a change to the host has blocked ssh: the machine runs, but ssh no longer answers/,
    )
    const { restore } = vagrant() as Required<ReturnType<typeof vagrant>>
    await restore(host, 'kept')
    expect((await host.exec('echo here')).stdout).to.equal('here\n')
    expect(await host.console()).to.match(/^\s*SYSLINUX/)
  })

  it('leaves console and journal behind, and nothing else', async () => {
    await host[Symbol.asyncDispose]()
    expect(readFileSync(join(logDir, 'journal.txt'), 'utf8')).to.match(/systemd\[1\]: .*[Dd]ocker/)
    expect(existsSync(join(logDir, 'console.log'))).to.equal(true)
    const runs = join(cacheRoot(), 'runs')
    const mine = readdirSync(runs).filter((run) => run.startsWith(`${process.pid}-`))
    expect(mine).to.deep.equal([])
    const { docker: _, modules: __, ...rest } = machine
    const { docker: ___, modules: ____, ...after } = await readMachineState()
    expect(differences(rest, after)).to.deep.equal([])
  })
})

describe('Vagrant hosts of one run', function () {
  this.timeout(1_800_000)

  it('live on one machine, each from how it came up or was prepared', async function () {
    const reason = enabled ? await vagrant().unavailable(image) : 'only with DOCKFAULT_VAGRANT=1'
    if (reason) skipped(this, reason)
    const provider = vagrant() as Required<ReturnType<typeof vagrant>>
    const logs = mkdtempSync(join(tmpdir(), 'dockfault-vagrant-spec-'))
    const made: string[] = []
    const next = (key: string): Promise<Host> =>
      provider.provision({
        ...options,
        more: true,
        logDir: mkdtempSync(join(logs, 'host-')),
        prepare: {
          key,
          make: async (host) => {
            made.push(key)
            await host.exec(`echo ${key} >>/root/prepared`)
          },
        },
      })
    const boots: string[] = []
    try {
      for (const key of ['a', 'b', 'a']) {
        await using host = await next(key)
        const { stdout } = await host.exec(
          'cat /root/prepared; ls /root/left; date +%s; cat /proc/sys/kernel/random/boot_id',
        )
        const [prepared, seconds, boot] = stdout.split('\n')
        expect(prepared).to.equal(key)
        expect(Math.abs(Number(seconds) - Date.now() / 1000)).to.be.lessThan(60)
        boots.push(boot!)
        expect(await host.console()).to.match(/^\s*SYSLINUX/)
        await host.exec('touch /root/left; ip netns exec management ip link set lo down; systemctl stop docker')
      }
      expect(made).to.deep.equal(['a', 'b'])
      expect(new Set(boots).size).to.equal(1)
    } finally {
      await provider.close()
      rmSync(logs, { recursive: true })
    }
    const mine = readdirSync(join(cacheRoot(), 'runs')).filter((run) => run.startsWith(`${process.pid}-`))
    expect(mine).to.deep.equal([])
  })
})
