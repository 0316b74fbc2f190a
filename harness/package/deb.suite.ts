import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { preparation } from '../cell/preparation.ts'
import { collect } from '../evidence/collect.ts'
import type { Host } from '../hosts/host.ts'
import { choose, closeProviders } from '../hosts/index.ts'
import { installPackages } from '../injection/install.ts'
import { version } from '../lib/version.ts'
import { outside } from '../outside/outside.ts'
import { probeContainers } from '../probes/containers.ts'
import { allCells } from '../registry.ts'
import { findCell } from '../scenario/select.ts'
import { buildPackage } from './build.ts'
import { buildDeb } from './deb.ts'

// `npm run test:package`: the Debian package on real hosts with an older and a newer Debian, and with Debian's own
// Node.
const images = ['debian12', 'debian-testing']

// The lab's hosts are made without documentation, so only the program's own files are compared.
const whole = 'cd / && grep share/dockfault/ /var/lib/dpkg/info/dockfault.md5sums | md5sum -c --quiet'

describe('the Debian package', function () {
  this.timeout(0)
  const dir = mkdtempSync(join(tmpdir(), 'dockfault-deb-'))
  let deb: Buffer

  before(async () => {
    await buildPackage(join(dir, 'dist'))
    deb = readFileSync(await buildDeb(join(dir, 'dist'), dir))
  })

  after(async () => {
    await closeProviders()
    rmSync(dir, { recursive: true })
  })

  for (const image of images)
    describe(`on ${image}`, () => {
      let host: Host
      const run = (line: string) => host.exec(line, { deadlineMs: 120_000 })

      before(async function () {
        const cell = findCell(allCells(), `${image}-healthy`)
        const choice = await choose(cell, process.env.DOCKFAULT_PROVIDER)
        if ('reason' in choice) {
          console.error(`    ${choice.reason}`)
          return this.skip()
        }
        const options = { progress: () => {}, signal: new AbortController().signal }
        host = await choice.provider.provision({ ...options, image, logDir: dir })
        await preparation(cell.given, options.progress).make(host)
        await host.put('/var/tmp/dockfault.deb', deb)
        const alone = await run('dpkg -i /var/tmp/dockfault.deb; dpkg -r dockfault >/dev/null')
        expect(alone.stderr, 'the package depends on Node').to.match(/depends on nodejs \(>= 18\)/)
        await installPackages(host, image, ['nodejs'], options)
        const { code, stderr } = await run('dpkg -i /var/tmp/dockfault.deb')
        expect(code, stderr).to.equal(0)
      })

      after(async () => {
        await host?.[Symbol.asyncDispose]()
      })

      it('installs its program, manual page and completions', async () => {
        const { stdout } = await run(`node --version; dockfault --version; ${whole} && echo whole`)
        console.error(`      node ${stdout.split('\n')[0]}`)
        expect(stdout).to.match(new RegExp(`^v(1[89]|[2-9]\\d)\\..*\\ndockfault ${version}\\nwhole\\n$`))
        const { stdout: files } = await run('dpkg -L dockfault')
        expect(files).to.contain('/usr/share/man/man1/dockfault.1.gz').and.to.contain('completions/dockfault')
      })

      it('finds its own host healthy, and the host’s bundle too', async () => {
        const own = await run('cd / && dockfault diagnose --json')
        expect(own.code, own.stderr).to.equal(0)
        expect(JSON.parse(own.stdout)).to.include({ version: 3, verdict: 'healthy', host: 'this machine' })
        const piped = await host.exec('dockfault diagnose --json --bundle -', { input: await collect(host) })
        expect(JSON.parse(piped.stdout)).to.include({ verdict: 'healthy', host: 'standard input' })
      })

      it('follows a real packet, and sends from a container', async () => {
        const target = `${probeContainers.default.name}@${outside.address}:80`
        const { code, stdout, stderr } = await run(`dockfault diagnose --json --probe --trace ${target}`)
        expect(code, stderr).to.equal(0)
        const { followed, probes } = JSON.parse(stdout) as {
          followed: { by: string; end: string }[]
          probes: unknown[]
        }
        expect(followed.map(({ by, end }) => `${by} ${end}`)).to.deep.equal(['packets answered'])
        expect(probes).to.have.length(5)
      })

      it('names what breaks it, repairs it, and finds it healthy again', async () => {
        await run(
          'iptables -F DOCKER; iptables -F DOCKER-ISOLATION-STAGE-1; iptables -F FORWARD; iptables -P FORWARD DROP',
        )
        const broken = await run('dockfault diagnose')
        expect(broken.code, broken.stdout).to.equal(1)
        expect(broken.stdout).to.contain('show the steps: dockfault fix rules-flushed')
        const fixed = await run('dockfault fix --apply --yes')
        expect(fixed.code, fixed.stderr).to.equal(0)
        expect((await run('dockfault diagnose')).code).to.equal(0)
      })

      it('writes nothing into its own folder, and leaves nothing when it is removed', async () => {
        const { stdout } = await run(`${whole}; dpkg -r dockfault >/dev/null; ls /usr/share/dockfault 2>&1`)
        expect(stdout).to.match(/^(ls: .*|)\n?$/)
      })
    })
})
