import { expect } from 'chai'
import { html, type Piece, trusted } from './html.ts'

describe('html', () => {
  it('escapes what would end a text or an attribute', () => {
    const bad = `<script>"'&`
    expect(html`<p title="${bad}">${bad}</p>`.toString()).to.equal(
      '<p title="&lt;script&gt;&quot;&#39;&amp;">&lt;script&gt;&quot;&#39;&amp;</p>',
    )
  })

  it('strips escape sequences, control and reordering characters', () => {
    expect(html`${'\x1b[31mred\x1b[0m\x00\u202egpj.exe\u2066'}`.toString()).to.equal('redgpj.exe')
    expect(html`${'\x1b7\x1b8\x1b(Bplain\x1bc'}`.toString()).to.equal('plain')
  })

  it('nests fragments, joins arrays, and shows nothing for what is absent', () => {
    const items = ['a<', 1, undefined, null, false as const, html`<b>${'&'}</b>`]
    expect(html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`.toString()).to.equal(
      '<ul><li>a&lt;</li><li>1</li><li></li><li></li><li></li><li><b>&amp;</b></li></ul>',
    )
  })

  it('shows zero', () => {
    expect(html`${0}`.toString()).to.equal('0')
  })

  it('takes no look-alike for a fragment', () => {
    const forged = JSON.parse('{"text":"<b>","map":null}') as unknown as Piece
    expect(() => html`${forged}`.toString()).to.throw()
    expect(html`${String(trusted('<b>'))}`.toString()).to.equal('&lt;b&gt;')
  })
})
