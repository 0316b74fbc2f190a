import { expect } from 'chai'
import { sampleLarge } from '../../results/sample-large.spec-data.ts'
import { renderHtml } from './index.ts'

// The bench measures how fast a page opens. This spec limits what makes it slow: bytes and elements.
describe('the page of 200 cells', () => {
  const page = renderHtml(sampleLarge(200))
  const cellOf = (name: string): string => page.split(`id="cell-${name}"`)[1]!.split('<details class="cell"')[0]!

  it('stays within its budget of bytes and elements', () => {
    expect(Buffer.byteLength(page) / 1e6).to.be.below(6.5)
    expect(page.match(/<[a-z]/g)!.length / 1000).to.be.below(190)
  })

  it('is whole: every cell with its probes, and its packets’ ways', () => {
    expect(page.match(/<details class="cell"/g)).to.have.length(200)
    expect(page.match(/<table class="grid"/g)).to.have.length(190)
    expect(page.match(/<figure class="packet/g)).to.have.length.above(500)
  })

  it('shows a result once that several probes or stages share', () => {
    const cell = cellOf('debian12-healthy-variant-0')
    expect(cell.split('HTTP/1.0 200 OK · dockfault outside')).to.have.length(2)
    expect(cell).to.contain('>egress-tcp, user-tcp, host-network</th><td>every stage</td>')
    expect(cell).to.match(/round-trip min\/avg\/max = [\d.…/]+ ms/)
  })

  it('shows the remedies once of a cause that was latent and then active, and stages with the same result in one row', () => {
    const cell = cellOf('debian-testing-stale-kernel-variant-1')
    expect(cell).to.contain('<code>latent</code>, <code>broken</code></th>')
    expect(cell.match(/<details class="card"/g)).to.have.length(1)
    expect(cell.match(/<h5>Does not help/g)).to.have.length(1)
  })
})
