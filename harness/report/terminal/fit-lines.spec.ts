import { expect } from 'chai'
import pc from 'picocolors'
import { fitLines } from './fit-lines.ts'

describe('lines on a narrow terminal', () => {
  const long = '    ✓ nothing on the host stops containers of bridge to the outside'

  it('are broken at spaces, each part behind the indent', () => {
    const lines = fitLines([long, 'short'], 30)
    expect(lines).to.deep.equal([
      '    ✓ nothing on the host',
      '      stops containers of',
      '      bridge to the outside',
      'short',
    ])
    for (const line of lines) expect(line.length).to.be.at.most(30)
  })

  it('are measured without their colours', () => {
    const painted = pc.createColors(true).green('x'.repeat(20))
    expect(fitLines([painted], 20)).to.deep.equal([painted])
  })

  it('stay as they are where there is no terminal', () => expect(fitLines([long], undefined)).to.deep.equal([long]))

  it('keep a word that is wider than the terminal whole', () =>
    expect(fitLines([`  a ${'x'.repeat(40)} b`], 20)).to.deep.equal(['  a', `    ${'x'.repeat(40)}`, '    b']))
})
