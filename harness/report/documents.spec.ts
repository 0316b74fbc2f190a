import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { causes } from '../causes/index.ts'
import { causesTable } from './causes-table.ts'
import { claimsDocument, diagnosisExample, partOf, withPart } from './documents.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const hint = 'node --import tsx harness/report/documents.ts writes it'

describe('the documents', () => {
  it('show the diagnosis that the command prints', () => {
    expect(partOf(read('README.md'), 'diagnose'), hint).to.equal(diagnosisExample().trim())
    expect(diagnosisExample()).to.contain('masquerade-off').and.contain('/etc/docker/daemon.json')
  })

  it('hold every claim of the write-ups with the verdict that runs gave it', () => {
    expect(withoutLayout(partOf(read('docs/write-ups.md'), 'claims')), hint).to.equal(withoutLayout(claimsDocument()))
    expect(claimsDocument().match(/^\| (?!claim|---)/gm)).to.have.length.above(50)
  })

  it('list every cause', () => {
    const table = causesTable(causes)
    expect(withoutLayout(partOf(read('docs/causes.md'), 'causes')), hint).to.equal(withoutLayout(table))
    expect(table.split('\n')).to.have.length(causes.length + 2)
  })

  it('lead to files that are there, and the README fits on 120 lines', () => {
    expect(read('README.md').trimEnd().split('\n')).to.have.length.at.most(120)
    let followed = 0
    for (const path of [
      'README.md',
      'docs/architecture.md',
      'docs/writing-a-cause.md',
      'docs/results.md',
      'docs/causes.md',
    ]) {
      const links = [...read(path).matchAll(/\]\((?!http)([^)#]+)/g)].map(([, link]) => link!)
      followed += links.length
      for (const link of links)
        expect(
          () => read(`${path.replace(/[^/]*$/, '')}${link.replace(/\/$/, '')}`),
          `${link} in ${path}`,
        ).to.not.throw(/ENOENT/)
    }
    expect(followed).to.be.at.least(20)
  })

  it('are written between marks', () => {
    const text = 'a <!-- b --> old <!-- /b --> c'
    expect(withPart(text, 'b', 'new')).to.equal('a <!-- b -->\n\nnew\n\n<!-- /b --> c')
    expect(partOf(withPart(text, 'b', 'new'), 'b')).to.equal('new')
    expect(() => withPart('a', 'b', 'new')).to.throw('no part between')
  })
})

// A formatter may align the columns of a table.
const withoutLayout = (text: string): string => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---')
