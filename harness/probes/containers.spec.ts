import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { execa } from 'execa'
import { FakeHost } from '../hosts/fake.ts'
import { settle, startProbeContainers } from './containers.ts'

describe('the probe containers', () => {
  it('start on as many user networks as the conditions have', async () => {
    let started = 0
    for (const [networks, names, containers] of [
      [undefined, 'probe-a probe-b', 5],
      [1, 'probe-a', 4],
      [4, 'probe-a probe-b probe-3 probe-4', 5],
    ] as const) {
      const host = new FakeHost(() => undefined)
      await startProbeContainers(host, networks)
      const created = [...host.scripts[0]!.matchAll(/^docker network create .* (\S+)$/gm)].map(([, name]) => name)
      // The networks are made first, so that no container waits for one.
      expect(created.join(' ')).to.equal(names)
      expect(host.scripts[0]!.match(/^docker run /gm)).to.have.length(containers)
      expect((await execa('sh', ['-n'], { input: host.scripts[0]! })).exitCode).to.equal(0)
      started += 1
    }
    expect(started).to.equal(3)
  })
})

describe('a host comes to rest', function () {
  this.timeout(60_000)
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dockfault-fleet-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  /** Settles a host whose systemctl gives one of these states at each query of the unit; returns the number of queries. */
  async function settled(
    moments: readonly { states: string; jobs?: string }[],
    { containers = 5, hangs = false } = {},
  ): Promise<number> {
    const host = new FakeHost(() => undefined)
    await settle(host)
    const tool = async (name: string, body: string): Promise<void> => {
      await writeFile(join(dir, name), `#!/bin/sh\n${body}\n`)
      await chmod(join(dir, name), 0o755)
    }
    for (const [at, { states, jobs = '' }] of moments.entries()) {
      await writeFile(join(dir, `states.${at + 1}`), states)
      await writeFile(join(dir, `jobs.${at + 1}`), jobs)
    }
    await tool(
      'systemctl',
      `cd ${dir}; case $1 in
        show) echo >>asked; cat states.$(wc -l <asked) ;;
        list-jobs) cat jobs.$(wc -l <asked) ;;
      esac`,
    )
    // Another host's dockerd may be stopped on the same machine.
    for (const name of ['iptables-save', 'nft', 'sleep', 'pidof']) await tool(name, '')
    // As timeout(1) ends a command that hangs.
    await tool('docker', hangs ? 'exit 124' : `seq ${containers}`)
    await execa('bash', ['-c', host.scripts[0]!], { env: { PATH: `${dir}:${process.env.PATH}` }, timeout: 50_000 })
    return (await readFile(join(dir, 'asked'), 'utf8')).length
  }

  const active = { states: 'ActiveState=active\nSubState=running\n' }
  const inactive = { states: 'ActiveState=inactive\nSubState=dead\n' }

  it('when dockerd is down and nothing is about to start it', async () => {
    expect(await settled([inactive, active])).to.equal(1)
    await rm(join(dir, 'asked'))
    expect(await settled([{ states: 'ActiveState=failed\nSubState=failed\n' }, active])).to.equal(1)
  })

  it('and not between the stop and the start of a restart', async () => {
    const between = { ...inactive, jobs: ' 712 docker.service start waiting\n' }
    const socketFirst = { ...inactive, jobs: ' 713 docker.socket start running\n' }
    expect(await settled([between, socketFirst, active, active, active])).to.equal(5)
  })

  it('and not before dockerd has started, however long that takes', async () => {
    const starting = { states: 'ActiveState=activating\nSubState=start\n' }
    expect(await settled([...Array(60).fill(starting), active, active, active])).to.equal(63)
  })

  it('but not for containers that do not come back', async () => {
    expect(await settled(Array(41).fill(active), { containers: 4 })).to.equal(40)
  })

  it('nor for a dockerd that hangs', async () => {
    expect(await settled(Array(41).fill(active), { hangs: true })).to.equal(3)
  })

  it('and not while a failed dockerd waits to be tried again', async () => {
    const again = { states: 'ActiveState=activating\nSubState=auto-restart\n' }
    expect(await settled([again, inactive])).to.equal(2)
  })
})
