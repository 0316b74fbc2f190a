import { expect } from 'chai'
import { parseMachineReadable, wordsOf } from './machine-readable.ts'

// As Vagrant 2.3.4 printed it.
const status = `1795243281,a,metadata,provider,libvirt
1795243281,a,provider-name,libvirt
1795243281,a,state,not_created
1795243281,a,state-human-long,The Libvirt domain is not created. Run \`vagrant up\` to create it.
1795243281,,ui,info,Current machine states:\\n\\na                         not created (libvirt)
`
const refused = `1795243283,a,metadata,provider,libvirt
1795243283,,ui,info,Bringing machine 'a' up with 'libvirt' provider...
1795243283,a,action,up,start
1795243283,,ui,error,Error while connecting to Libvirt: Error making a connection to libvirt URI qemu:///system:\\nCall to virConnectOpen failed: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory
1795243283,,error-exit,VagrantPlugins::ProviderLibvirt::Errors::FogLibvirtConnectionError,Error while connecting to Libvirt: Error making a connection to libvirt URI qemu:///system:\\nCall to virConnectOpen failed: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory
`

describe("Vagrant's machine-readable words", () => {
  it('are messages with a time, a machine, a type and data', () => {
    const messages = parseMachineReadable(status)
    expect(messages).to.have.lengthOf(5)
    expect(messages[2]).to.deep.equal({ time: 1795243281, target: 'a', type: 'state', data: ['not_created'] })
    expect(messages[4]!.data[1]).to.equal('Current machine states:\n\na                         not created (libvirt)')
  })

  it('hold commas and line ends in their texts', () => {
    const [message] = parseMachineReadable('1,a,ui,error,Or%!(VAGRANT_COMMA)\\nget an ID,more\r\n')
    expect(message!.data).to.deep.equal(['error', 'Or,\nget an ID', 'more'])
  })

  it('may lack a time or data', () => {
    expect(parseMachineReadable(',a,action')).to.deep.equal([
      { time: undefined, target: 'a', type: 'action', data: [] },
    ])
  })

  it('stand among lines that are none', () => {
    const noise =
      '/usr/lib/ruby/vendor_ruby/x.rb:3: warning: method redefined, twice, here\n\n1,a,state,running\nTraceback'
    expect(parseMachineReadable(noise).map(({ type }) => type)).to.deep.equal(['state'])
  })

  it("end in Vagrant's own word for what went wrong", () => {
    const { printed, error } = wordsOf(parseMachineReadable(refused))
    expect(error!.name).to.equal('VagrantPlugins::ProviderLibvirt::Errors::FogLibvirtConnectionError')
    expect(error!.text).to.match(
      /^Error while connecting to Libvirt: .*\nCall to virConnectOpen failed: .*No such file or directory$/,
    )
    expect(printed[0]).to.equal("Bringing machine 'a' up with 'libvirt' provider...")
    expect(wordsOf(parseMachineReadable(status)).error).to.equal(undefined)
  })
})
