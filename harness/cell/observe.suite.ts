import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { closeContainers, container } from '../hosts/container.ts'
import type { Host } from '../hosts/host.ts'
import { skipped } from '../lib/skipped.spec-data.ts'
import { outside } from '../outside/outside.ts'
import { probeContainers } from '../probes/containers.ts'
import { probes } from '../probes/index.ts'
import { allCells } from '../registry.ts'
import { findCell } from '../scenario/select.ts'
import { trace } from '../trace/index.ts'
import { followers } from './followers.ts'
import { observe } from './observe.ts'
import { preparation } from './preparation.ts'

describe('an observation of a host', function () {
  this.timeout(600_000)
  const logDir = mkdtempSync(join(tmpdir(), 'dockfault-observe-'))
  const progress = (): void => {}
  let host: Host

  before(async function () {
    const reason = await container().unavailable('debian12')
    if (reason !== undefined) skipped(this, `container ${reason}`)
    const prepare = preparation(findCell(allCells(), 'debian12-healthy').given, progress)
    const signal = new AbortController().signal
    host = await container().provision({ image: 'debian12', logDir, progress, signal, prepare })
  })

  after(async () => {
    await host?.[Symbol.asyncDispose]()
    await closeContainers()
    rmSync(logDir, { recursive: true, force: true })
  })

  it('leaves no process on a host that nobody answers', async () => {
    const silence =
      'add table ip silence; add chain ip silence input { type filter hook input priority 0; policy drop; }'
    const { code, stderr } = await host.exec(`nsenter --net=/run/netns/outside nft '${silence}'`)
    expect(code, stderr).to.equal(0)
    const own = probes.filter(({ healthy }) => healthy)
    const seen = await observe(host, { probes: own, followers, causes: [], outside: [], progress })
    const flow = { container: probeContainers.user.name, address: outside.address, port: 7, protocol: 'udp' } as const
    await trace(host, flow, seen.facts)
    const waited = seen.probes.filter(({ outcome }) => outcome === 'fail').map(({ name }) => name)
    expect(waited).to.include.members(['egress-tcp', 'user-large', 'user-udp'])
    // The programs that probes and traces run; the outside's dnsmasq and httpd are others.
    const { stdout } = await host.exec("pgrep -l -x 'wget|nc|ping|nslookup|wc|head|bash|socat|nft|tcpdump'")
    expect(stdout).to.equal('')
  })
})
