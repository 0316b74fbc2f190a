import { expect } from 'chai'
import { ends, healthy, inside, strangers, sysctls } from './healthy-host.spec-data.ts'

const solicit = (device: string) => `net.ipv4.neigh.${device}.mcast_solicit`
const published = 'port 8080/tcp published by probe-default, from outside'
const egress = 'probe-default on bridge to the outside, TCP'
const silentBridge = sysctls({ [solicit('docker0')]: '0' })
const silentUplink = sysctls({ [solicit('wan0')]: '0' })
const silentContainer = inside('probe-default', (own) => ({ sysctls: { ...own.sysctls, [solicit('eth0')]: '0' } }))

describe('a stack that asks nobody for hardware addresses', () => {
  it('has no neighbours but those that it knows', () => {
    expect(ends(strangers(healthy), egress)).to.deep.equal(['passes'])
    expect(ends(strangers(silentContainer), egress)).to.deep.equal(['dies out bridge no-neighbour'])
    expect(ends(strangers(silentUplink), egress)).to.deep.equal(['dies out uplink no-neighbour'])
    expect(ends(strangers(silentBridge), published)).to.deep.equal(['dies out bridge no-neighbour'])
  })

  it('needs no requests for those that it knows, nor for those that have asked it', () => {
    expect(ends(silentUplink, egress)).to.deep.equal(['passes'])
    expect(ends(strangers(silentBridge), egress)).to.deep.equal(['passes'])
  })
})
