import { expect } from 'chai'
import { FakeHost } from '../hosts/fake.ts'
import { bootKernel } from './kernel.ts'

const options = { progress: () => {}, signal: new AbortController().signal }
const kernel = '6.1.0-50-cloud-amd64'

/** A VM that has the package already; after a reboot it runs what its boot loader has. */
const machine = (after: string): FakeHost =>
  new FakeHost((script, host) =>
    script === 'uname -r' ? { stdout: `${host.boots > 1 ? after : '6.1.0-47-cloud-amd64'}\n` } : undefined,
  )
const refusal = (host: FakeHost): Promise<unknown> =>
  bootKernel(host, 'debian12', kernel, options).catch((thrown: unknown) => thrown)

describe('another kernel', () => {
  it('is booted by the links that the boot loader follows', async () => {
    const host = machine(kernel)
    await bootKernel(host, 'debian12', kernel, options)
    expect(host.boots).to.equal(2)
    expect(host.scripts.join('\n')).to.contain(`ln -sfn boot/vmlinuz-${kernel} /vmlinuz`)
  })

  it('is left alone where it runs already', async () => {
    const host = new FakeHost((script) => (script === 'uname -r' ? { stdout: `${kernel}\n` } : undefined))
    await bootKernel(host, 'debian12', kernel, options)
    expect([host.boots, host.scripts]).to.deep.equal([1, ['uname -r']])
  })

  it('is an error where another one boots, or where the host has no kernel of its own', async () => {
    expect(String(await refusal(machine('6.1.0-56-cloud-amd64')))).to.contain(
      'boots 6.1.0-56-cloud-amd64, not 6.1.0-50',
    )
    const container = new FakeHost(() => undefined, ['systemd', 'docker'])
    expect(String(await refusal(container))).to.contain('no kernel of its own')
    expect(container.boots).to.equal(1)
  })
})
