import { expect } from 'chai'
import { sampleRun } from '../../results/sample.spec-data.ts'
import {
  hostile,
  sampleClaims,
  sampleFailed,
  sampleHostile,
  sampleMatrix,
  sampleScores,
} from '../../results/sample-variants.spec-data.ts'
import { renderHtml } from './index.ts'

/** The text of a page as a reader sees it. */
const words = (page: string): string =>
  page
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ')

describe('index.html', () => {
  it('shows a cell in the order of its stages', () => {
    const page = renderHtml(sampleRun())
    const headings = [...page.matchAll(/<h[123]>(.*?)(?:<small>.*)?<\/h[123]>/g)].map(([, heading]) => heading)
    expect(headings).to.deep.equal([
      'A kernel upgraded without a reboot leaves Docker unable to program NAT',
      ...[
        'What happened',
        'Stages',
        'Probes',
        'Diagnosis',
        'Fixes',
        'Ruleset',
        'Journal',
        'Host',
        'Logs',
        'Run it again',
      ],
    ])
  })

  it('holds what a reader needs to believe it', () => {
    const text = words(renderHtml(sampleRun()))
    for (const part of [
      'Reproduced, diagnosed from evidence alone, and cured: 2 fixes cure it, 4 do not.',
      'modprobe: FATAL: Module nft_chain_nat not found in directory /lib/modules/6.1.0-37-cloud-amd64',
      'The legacy tables are modules too, and can be loaded no better.',
      'apt-get install -y --reinstall linux-image-6.1.0-37-cloud-amd64',
      '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
      'dockerd[1841]: iptables v1.8.9 (nf_tables):',
      'c3a1d7f0-1d27-4c55-b5b2-6c0a3a1be002',
      'npm run scenario debian12-stale-kernel',
    ])
      expect(text).to.contain(part)
    expect(renderHtml(sampleRun())).to.contain('href="hosts/debian12-stale-kernel/console.log"')
  })

  it('loads nothing from elsewhere and lets only its own style and script act', () => {
    const page = renderHtml(sampleRun())
    expect(page).to.match(/Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-/)
    expect(page).to.not.match(/(?:src|href)="(?:https?:|\/\/)/)
    expect(page).to.not.match(/ style="| on[a-z]+="/)
  })

  it('puts what did not pass first, expected against seen, with the way in', () => {
    const page = renderHtml(sampleFailed())
    expect(page.indexOf('class="failures"')).to.be.within(0, page.indexOf('What happened'))
    expect(words(page)).to.match(/probe host-network +expected +fail +saw +pass/)
    expect(words(page)).to.contain('npm run shell debian12-stale-kernel -- --at broken')
    expect(page.match(/<td class="[a-z]+ odd"><a href/g)).to.have.length(7)
  })

  it('folds stages alike: equal differences of the ruleset are shown once', () => {
    const page = renderHtml(sampleRun())
    expect(words(page)).to.match(/broken , after restart-docker +−\d+ +\+1/)
    expect(page.split('<table class="diff">')).to.have.length(2)
  })

  it('lays many cells out by scenario and host, what failed first, and counts the detectors', () => {
    const page = renderHtml(sampleMatrix())
    expect(words(page)).to.contain('7 cells: 1 failed, 1 broken, 4 passed, 1 skipped')
    expect(page.match(/class="tile /g)).to.have.length(7)
    const folds = [
      ...page.matchAll(/<details class="cell"[^>]*?( open)?>[\s\S]*?<div class="body" id="cell-([\w-]+)">/g),
    ]
    const open = folds.map(([, open, name]) => `${name}${open ?? ''}`).filter((name) => name.endsWith(' open'))
    expect(folds).to.have.length(7)
    expect(open).to.deep.equal(['debian13-stale-kernel open', 'debian13-stale-kernel-module-missing open'])
    expect(page).to.match(/<td class="right">6<\/td>/)
  })

  it('sets outside detectors beside ours, each with its own matrix', () => {
    const page = renderHtml(sampleScores())
    expect(words(page)).to.match(/naive +– +0 % \(0\/6\) +50 % \(3\/6\) +100 % \(5\/5\) +72 % \(8\/11\) +0/)
    expect(words(page)).to.match(
      /stale-kernel +100 % \(6\/6\) · 100 % \(6\/6\) +– · 0 % \(0\/6\) +100 % \(3\/3\) · 50 % \(3\/6\)/,
    )
    expect(page.match(/<summary>What <code>/g)).to.have.length(2)
    expect(renderHtml(sampleMatrix())).to.not.contain('<h2>Scores')
  })

  it('lists the claims of each write-up with verdict, note and evidence', () => {
    const page = renderHtml(sampleClaims())
    const text = words(page)
    expect(text).to.contain('of the write-ups, judged by this run: 1 confirmed, 1 narrowed, 1 untested')
    expect(text).to.match(/confirmed +A reboot cures\. .* reboot: cures/)
    expect(text).to.match(/narrowed +Nothing works\. +Only isolation does\./)
    expect(text).to.contain('1 claim that this run did not test')
    const many = renderHtml({ ...sampleClaims(), cells: [...sampleClaims().cells, ...sampleMatrix().cells] })
    expect(words(many)).to.contain('broken, egress-udp: fail in debian12-stale-kernel , debian13-stale-kernel')
  })

  it('shows a cell without stages, and a run without cells', () => {
    const skipped = sampleMatrix().cells.filter(({ verdict }) => verdict === 'skipped')
    expect(words(renderHtml({ ...sampleRun(), cells: skipped }))).to.contain('No provider on this machine')
    expect(words(renderHtml({ ...sampleRun(), cells: [] }))).to.contain('0 cells')
  })

  it('shows hostile words as words, and bounds them', () => {
    const page = renderHtml(sampleHostile())
    expect(page.match(/<script/g)).to.have.length(1)
    expect(page).to.not.contain('<img')
    expect(page).to.not.match(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
    expect(page.length).to.be.below(600_000)
    expect(words(page))
      .to.match(/more characters cut/)
      .and.match(/more lines cut/)
    expect(hostile).to.contain('<script')
  })
})
