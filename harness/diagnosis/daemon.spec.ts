import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { editSection } from '../evidence/reseal.ts'
import { examine } from './examine.ts'

const healthy = readFileSync(new URL('../trace/evidence/healthy.bundle', import.meta.url), 'utf8')

describe('dockerd whose socket is masked', () => {
  const seen = (load: string): (string | undefined)[] => {
    const down = ['docker-server', 'docker-networks', 'docker-containers'].reduce(
      (text, name) => editSection(text, name, () => ''),
      healthy,
    )
    const bundle = editSection(
      editSection(down, 'units', (text) =>
        text
          .replace(/(Id=docker\.socket\nLoadState=)\w+/, `$1${load}`)
          .replace(/(Id=docker\.service\n(?:\w+=.*\n)*?ActiveState=)\w+/, '$1inactive'),
      ),
      'docker-install',
      (text) => text.replace(/^process .*\n?/gm, ''),
    )
    const { symptoms } = examine(bundle)
    const own = symptoms.find(({ what }) => what === 'dockerd')
    return [own?.next[0], own?.next[1]]
  }

  it('is to be unmasked before it is started', () => {
    expect(seen('masked')).to.deep.equal(['systemctl unmask docker.socket', 'systemctl start docker.service'])
    expect(seen('loaded')[0]).to.equal('systemctl start docker.service')
  })
})
