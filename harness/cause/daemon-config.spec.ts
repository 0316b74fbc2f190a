import { expect } from 'chai'
import type { Facts, UnitFact } from '../evidence/facts.ts'
import { configErrorOf } from './daemon-config.ts'

const refused = 'unable to configure the Docker daemon with file /etc/docker/daemon.json: '
const facts = (journal: string[], { active = 'failed', server = '' } = {}): Facts =>
  ({ docker: { server, journal }, units: { 'docker.service': { active } as UnitFact } }) as unknown as Facts
const kindOf = (detail: string) => {
  const { kind, keys } = configErrorOf(facts([`${refused}${detail}`]))!
  return [kind, ...keys]
}

describe('why dockerd refused its settings', () => {
  it('is a setting that the file and the command line have, with its name', () => {
    const both =
      'the following directives are specified both as a flag and in the configuration file: hosts: (from flag: [fd://], from file: [unix:///var/run/docker.sock tcp://127.0.0.1:2375]), log-level: (from flag: info, from file: debug)'
    expect(kindOf(both)).to.deep.equal(['twice', 'hosts', 'log-level'])
  })

  it('is a setting that it does not know', () =>
    expect(kindOf("the following directives don't match any configuration option: log-levle, dnss")).to.deep.equal([
      'unknown',
      'dnss',
      'log-levle',
    ]))

  it('is a file that is no JSON, or a value, whatever stands before', () => {
    expect(kindOf("invalid character '}' looking for beginning of object key string")).to.deep.equal(['syntax'])
    expect(kindOf('invalid JSON: unexpected end of JSON input')).to.deep.equal(['syntax'])
    expect(kindOf('invalid JSON: invalid IP address: one.one')).to.deep.equal(['value'])
    expect(kindOf('configuration validation from file failed: one.one is not an ip address')).to.deep.equal(['value'])
  })

  it('is its last error alone, while it is down', () => {
    const line = `${refused}EOF`
    expect(configErrorOf(facts([line, 'docker.service: Failed with result exit-code.']))).to.include({ line })
    expect(configErrorOf(facts([line, 'failed to start daemon: no such bridge']))).to.equal(undefined)
    expect(configErrorOf(facts([line, 'level=info msg="Daemon has completed initialization"']))).to.equal(undefined)
    expect(configErrorOf(facts([line], { active: 'active' }))).to.equal(undefined)
    expect(configErrorOf(facts([line], { server: '26.1.5' }))).to.equal(undefined)
  })

  it('takes no name from the journal that a shell could run', () => {
    expect(kindOf("the following directives don't match any configuration option: a; reboot")).to.deep.equal(['value'])
    const path = 'unable to configure the Docker daemon with file /etc/$(reboot): EOF'
    expect(configErrorOf(facts([path]))).to.equal(undefined)
  })
})
