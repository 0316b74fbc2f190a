import { expect } from 'chai'
import { kernelsAmong } from './kernels.ts'

describe('the kernels of a suite', () => {
  it('are those of its flavour, oldest first, without meta packages and debugging symbols', () => {
    const names = [
      'linux-image-cloud-amd64',
      'linux-image-6.12-cloud-amd64',
      'linux-image-6.1.0-56-cloud-amd64',
      'linux-image-6.1.0-9-cloud-amd64',
      'linux-image-6.1.0-9-cloud-amd64-dbg',
      'linux-image-6.1.0-9-rt-amd64',
      'linux-image-6.1.0-9-cloud-amd64-unsigned',
      'linux-image-6.12.100+deb12-cloud-amd64',
      '',
    ]
    expect(kernelsAmong(names, 'linux-image-cloud-amd64')).to.deep.equal([
      '6.1.0-9-cloud-amd64',
      '6.1.0-56-cloud-amd64',
      '6.12.100+deb12-cloud-amd64',
    ])
  })
})
