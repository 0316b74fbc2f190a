import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { skipped } from '../lib/skipped.spec-data.ts'
import type { Host } from './host.ts'

/** The host that a spec provides, or the reason why it cannot be made here. */
export type MakeHost = () => Promise<Host | { reason: string }>

/** The host, or its specs are skipped with the reason why it cannot be made. */
export async function hostOrSkip(spec: Mocha.Context, makeHost: MakeHost): Promise<Host> {
  const made = await makeHost()
  return 'reason' in made ? skipped(spec, made.reason) : made
}

/** The specs that every real host has to pass, with any provider. They share one host. */
export function hostContract(name: string, makeHost: MakeHost): void {
  describe(`${name} keeps the contract of a host`, function () {
    // The first time, the image is built as well, and the machine may be emulated.
    this.timeout(1_800_000)
    let host: Host

    before(async function () {
      host = await hostOrSkip(this, makeHost)
    })

    after(async () => {
      await host?.[Symbol.asyncDispose]()
    })

    it('runs a script as root and gives its exit code and both outputs', async () => {
      const result = await host.exec('id -u; echo "to err: $HOME" >&2; exit 3')
      expect(result).to.include({ code: 3, stdout: '0\n', stderr: 'to err: /root\n' })
      expect(result.durationMs).to.be.greaterThan(0)
    })

    it('takes a script of any length and characters', async () => {
      const { stdout } = await host.exec(`# ${'x'.repeat(150_000)}\nprintf '%s' "é'\\"$((6 * 7))"\n`)
      expect(stdout).to.equal(`é'"42`)
    })

    it('gives input, and an empty one where none is given', async () => {
      const input = 'one\ntwo: é\n'
      expect((await host.exec('cat', { input })).stdout).to.equal(input)
      expect((await host.exec('cat')).stdout).to.equal('')
    })

    it('names the signal that ended a command', async () => {
      expect((await host.exec('kill -KILL $$')).code).to.equal(137)
    })

    it('kills a command that is past its deadline, and what it started', async () => {
      const { code, stdout } = await host.exec('echo begun; sleep 7777; echo ended', { deadlineMs: 500 })
      expect({ code, stdout }).to.deep.equal({ code: 124, stdout: 'begun\n' })
      expect((await host.exec('pgrep -x -f "sleep 7777"')).stdout).to.equal('')
    })

    it('does not wait for a daemon that a script leaves behind', async () => {
      const { code, stdout } = await host.exec('sleep 6666 & echo $!', { deadlineMs: 60_000 })
      expect(code).to.equal(0)
      expect((await host.exec(`kill ${stdout}`)).code).to.equal(0)
    })

    it('runs commands side by side', async () => {
      // Each waits for the other's file: one after the other, neither would end.
      const meet = (mine: string, other: string): string =>
        `touch /tmp/${mine}; until [ -e /tmp/${other} ]; do sleep 0.1; done; echo met`
      const results = await Promise.all([host.exec(meet('meet-a', 'meet-b')), host.exec(meet('meet-b', 'meet-a'))])
      expect(results.map(({ stdout }) => stdout)).to.deep.equal(['met\n', 'met\n'])
    })

    it('brings large outputs whole', async () => {
      const { stdout } = await host.exec('seq 1 40000')
      expect(stdout).to.have.length(228_894)
      expect(stdout.endsWith('\n39999\n40000\n')).to.equal(true)
    })

    it('writes and reads files byte for byte, with their mode, and makes folders', async () => {
      const bytes = new Uint8Array(randomBytes(300_000))
      const path = '/var/tmp/contract/a folder/file'
      await host.put(path, bytes, 0o750)
      expect(Buffer.from(await host.get(path)).equals(Buffer.from(bytes))).to.equal(true)
      expect((await host.exec(`stat -c %a:%U '${path}'`)).stdout).to.equal('750:root\n')
      await host.put(path, 'é')
      expect(Buffer.from(await host.get(path)).toString()).to.equal('é')
      expect((await host.exec(`stat -c %a '${path}'; ls -A '${path}/..'`)).stdout).to.contain('644\n')
    })

    it('refuses to read a file that is not there', async () => {
      const error = await host.get('/var/tmp/no such file').catch((thrown: unknown) => thrown)
      expect(error).to.be.instanceOf(Error)
    })

    it('has systemd and Docker up', async () => {
      const { stdout } = await host.exec('systemctl is-active docker; docker ps --quiet; cat /proc/1/comm', {
        deadlineMs: 60_000,
      })
      expect(stdout).to.equal('active\nsystemd\n')
    })

    it('has a probe image to load', async () => {
      const { code, stderr } = await host.exec(
        'docker image inspect dockfault/busybox:1 >/dev/null || docker load -i /var/lib/dockfault/busybox.tar',
      )
      expect(code, stderr).to.equal(0)
    })

    it('reboots into another boot', async function () {
      if (!host.capabilities.has('reboot')) skipped(this, 'it has no kernel of its own to boot')
      const bootId = async (): Promise<string> => (await host.exec('cat /proc/sys/kernel/random/boot_id')).stdout
      const before = await bootId()
      await host.reboot()
      expect(await bootId()).to.not.equal(before)
      expect((await host.exec('systemctl is-active docker')).stdout).to.equal('active\n')
    })

    it('keeps what its console printed', async function () {
      if (!host.capabilities.has('own-kernel')) skipped(this, 'it has no kernel of its own that prints')
      expect((await host.console()).trim()).to.not.equal('')
    })

    it('is removed once, however often it is disposed of', async () => {
      await host[Symbol.asyncDispose]()
      await host[Symbol.asyncDispose]()
      const error = await host.exec('true').catch((thrown: unknown) => thrown)
      expect(error).to.include({ name: 'LabError', code: 'host' })
    })
  })
}
