import { expect } from 'chai'
import { FakeHost } from '../hosts/fake.ts'
import { decoys } from '../injection/decoys.ts'
import { disguise } from './disguise.ts'

const options = { image: 'debian12', progress: () => {}, signal: new AbortController().signal }

/** The error of a decoy on a host whose state is printed like this before and after it, and the scripts that ran. */
async function disguised(before: string, after: string, code = 0): Promise<[string, string[]]> {
  const host = new FakeHost((script, { scripts }) => {
    if (script.includes('cksum') && !script.includes('sleep'))
      return { stdout: scripts.includes(decoys['own-nft-rules']!) ? after : before }
    return script === decoys['own-nft-rules'] ? { code } : undefined
  })
  const message = await disguise(host, 'own-nft-rules', options).then(
    () => '',
    (error: Error) => error.message,
  )
  return [message, host.scripts]
}

describe('a decoy', () => {
  it('is made, and the host comes to rest', async () => {
    const [message, scripts] = await disguised('1', '2')
    expect(message).to.equal('')
    expect(scripts).to.include(decoys['own-nft-rules'])
    expect(scripts.at(-1)).to.contain('sleep')
  })

  it('is an error where it fails, and where it changes nothing', async () => {
    expect((await disguised('1', '2', 3))[0]).to.equal('the decoy own-nft-rules failed: exit 3')
    expect((await disguised('1', '1'))[0]).to.equal('the decoy own-nft-rules has changed nothing')
  })
})
