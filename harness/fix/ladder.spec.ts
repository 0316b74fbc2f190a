import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import { restartDocker } from '../cause/steps.ts'
import { FakeHost } from '../hosts/fake.ts'
import type { Rung } from '../scenario/schema.ts'
import { applyRung } from './ladder.ts'

/** What a rung does: the scripts and boots of the host, and which actions of the lab. */
async function applied(rung: Rung) {
  const deadlines: (number | undefined)[] = []
  const host = new FakeHost(() => undefined)
  const exec = host.exec.bind(host)
  host.exec = (script, options) => {
    deadlines.push(options?.deadlineMs)
    return exec(script)
  }
  const actions: string[] = []
  await applyRung(rung, host, {
    again: async () => void actions.push('again'),
    reinject: async () => void actions.push('reinject'),
  })
  return { scripts: host.scripts.filter((script) => script !== 'reboot'), boots: host.boots, actions, deadlines }
}

describe('a rung of the ladder', () => {
  it('reboots the host, or runs the fix or the injection again, and no script', async () => {
    expect(await applied('reboot')).to.deep.include({ boots: 2, actions: [], deadlines: [], scripts: [] })
    expect(await applied('again')).to.deep.include({ boots: 1, actions: ['again'], scripts: [] })
    expect(await applied('reinject')).to.deep.include({ boots: 1, actions: ['reinject'], scripts: [] })
  })

  const events: [Rung, RegExp][] = [
    ['daemon-restart', /systemctl .*restart docker/],
    ['new-network', /^docker network create (\S+) && docker network rm \1$/],
    ['firewall-reload', /firewalld iptables nftables.*reload-or-restart/],
    ['manual-restore', /iptables-restore \/etc\/iptables\/rules\.v4$/],
  ]
  for (const [rung, script] of events)
    it(`${rung} is one script that a shell can read, with a minute’s time`, async () => {
      const { scripts, boots, actions, deadlines } = await applied(rung)
      expect({ boots, actions, deadlines }).to.deep.equal({ boots: 1, actions: [], deadlines: [60_000] })
      expect(scripts).to.have.length(1)
      expect(scripts[0]).to.match(script)
      expect(spawnSync('sh', ['-n'], { input: scripts[0]!, encoding: 'utf8' }).stderr).to.equal('')
    })

  it('restarts Docker as its fixes do', async () =>
    expect((await applied('daemon-restart')).scripts).to.deep.equal([restartDocker]))
})
