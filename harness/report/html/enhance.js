// The page is complete without this script, which only adds convenience.
;(() => {
  for (const pre of document.querySelectorAll('pre.command')) {
    if (!navigator.clipboard) break
    const button = document.createElement('button')
    button.type = 'button'
    button.textContent = 'Copy'
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(pre.querySelector('code').textContent)
      button.textContent = 'Copied'
      setTimeout(() => {
        button.textContent = 'Copy'
      }, 1500)
    })
    pre.append(button)
  }

  // A line below the grid shows the output of the square under the pointer or the focus. Arrow keys move the focus.
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
  const hint = 'Point at a square, or move with the arrow keys, to read the output of the probe.'
  const squareOf = ({ target }) => target.closest('td')
  // The line of the table below that has the output of a square.
  const lineOf = (square) => {
    const has = (words, n) => words.split(' ').includes(String(n))
    const [row, column] = [square.parentElement.sectionRowIndex, square.cellIndex - 1]
    const lines = square.closest('.part').querySelectorAll('.results tbody tr')
    return [...lines].find(({ dataset }) => has(dataset.of, row) && has(dataset.at, column))
  }
  const follow = (square) => {
    const line = lineOf(square)
    line.closest('details').open = true
    location.hash = line.id
  }
  const words = (square) => {
    const grid = square.closest('table')
    const [, , outcome, took, output] = [...lineOf(square).cells].map((cell) => cell.textContent)
    const stage = grid.tHead.rows[grid.tHead.rows.length - 1].cells[square.cellIndex].title
    return `${square.parentElement.cells[0].textContent} at ${stage}: ${outcome} · ${took} · ${output}`
  }
  for (const grid of document.querySelectorAll('table.grid')) {
    const readout = grid.closest('.part').querySelector('.readout')
    readout.textContent = hint
    const start = grid.querySelector('tbody td')
    if (start) start.tabIndex = 0
    const read = (event) => {
      const square = squareOf(event)
      readout.textContent = square?.textContent && square.closest('tbody') ? words(square) : hint
    }
    grid.addEventListener('pointerover', read)
    grid.addEventListener('focusin', read)
    grid.addEventListener('pointerleave', () => {
      readout.textContent = hint
    })
    grid.addEventListener('click', (event) => {
      const square = squareOf(event)
      if (square?.textContent && square.closest('tbody') && !event.target.closest('a')) follow(square)
    })
    grid.addEventListener('keydown', (event) => {
      const square = squareOf(event)
      if (!square) return
      if (event.key === 'Enter') follow(square)
      const by = step[event.key]
      if (!by) return
      event.preventDefault()
      const next = grid.tBodies[0].rows[square.parentElement.sectionRowIndex + by[0]]?.cells[square.cellIndex + by[1]]
      if (next?.tagName !== 'TD' || !next.textContent) return
      square.tabIndex = -1
      next.tabIndex = 0
      next.focus()
    })
  }

  // A search in a log hides the lines without the words and marks the words in the others.
  const make = (name, properties, ...children) => {
    const element = Object.assign(document.createElement(name), properties)
    element.append(...children)
    return element
  }
  const marked = (line, wanted) => {
    const parts = []
    let from = 0
    for (let at = find(line, wanted, 0); at !== -1; at = find(line, wanted, from)) {
      parts.push(line.slice(from, at), make('mark', { textContent: line.slice(at, at + wanted.length) }))
      from = at + wanted.length
    }
    return [...parts, line.slice(from), '\n']
  }
  const find = (line, wanted, from) => line.toLowerCase().indexOf(wanted, from)
  for (const log of document.querySelectorAll('details.log')) {
    const pre = log.querySelector('pre')
    let text
    const field = make('input', { type: 'search', placeholder: 'Search', spellcheck: false })
    field.setAttribute('aria-label', `Search ${pre.getAttribute('aria-label')}`)
    const hits = make('output', {})
    field.addEventListener('input', () => {
      text ??= pre.textContent
      const wanted = field.value.toLowerCase()
      const lines = text.split('\n')
      const kept = wanted ? lines.filter((line) => find(line, wanted, 0) !== -1) : lines
      hits.textContent = wanted ? `${kept.length} of ${lines.length} lines` : ''
      pre.replaceChildren(...(wanted ? kept.flatMap((line) => marked(line, wanted)) : [text]))
    })
    pre.before(make('p', { className: 'find' }, field, hits))
  }

  // Many cells can be filtered by verdict, host, scenario and words. The address keeps the filter, so that it can be shared.
  const leading = (selector) => {
    const links = new Map()
    for (const link of document.querySelectorAll(selector)) {
      const href = link.getAttribute('href')
      links.set(href, [...(links.get(href) ?? []), link])
    }
    return links
  }
  const tiles = leading('.overview a.tile')
  const failures = leading('.failures h3 a')
  const cells = [...document.querySelectorAll('main > details.cell')].map((details) => {
    const href = `#${details.querySelector('.body').id}`
    const [tile] = tiles.get(href) ?? []
    const words = `${details.querySelector('summary').textContent} ${tile?.title ?? ''}`.toLowerCase()
    const failed = (failures.get(href) ?? []).map((link) => link.closest('.failure'))
    return { details, words, parts: [details, tile, ...failed].filter(Boolean) }
  })
  const prefix = '#filter:'
  const fields = {}
  const shown = make('output', {})
  shown.setAttribute('aria-live', 'polite')
  const filter = () => {
    const wanted = Object.entries(fields).filter(([, field]) => field.value)
    let count = 0
    for (const { details, words, parts } of cells) {
      const fits = ([key, { value }]) =>
        key === 'text' ? words.includes(value.toLowerCase()) : details.dataset[key] === value
      const hidden = !wanted.every(fits)
      for (const part of parts) part.hidden = hidden
      if (!hidden) count += 1
    }
    for (const row of document.querySelectorAll('.overview tbody tr'))
      row.hidden = !row.querySelector('a.tile:not([hidden])')
    shown.textContent = wanted.length ? `${count} of ${cells.length} cells` : ''
    return wanted
  }
  const restore = () => {
    const saved = new URLSearchParams(location.hash.startsWith(prefix) ? location.hash.slice(prefix.length) : '')
    const away = document.getElementById(location.hash.slice(1))?.closest('details.cell[hidden]')
    // A link to a cell that the filter hides clears the filter.
    if (!away && !location.hash.startsWith(prefix)) return
    for (const [key, field] of Object.entries(fields)) field.value = saved.get(key) ?? ''
    filter()
    if (!away) return
    away.open = true
    away.scrollIntoView()
  }
  const remember = () => {
    const wanted = new URLSearchParams(filter().map(([key, { value }]) => [key, value]))
    history.replaceState(null, '', wanted.size ? `${prefix}${wanted}` : location.pathname + location.search)
  }
  if (cells.length > 1) {
    const form = make('form', { className: 'filters' })
    for (const key of ['verdict', 'host', 'scenario']) {
      const values = [...new Set(cells.map(({ details }) => details.dataset[key]))].sort()
      if (values.length < 2) continue
      const any = make('option', { value: '', textContent: `Any ${key}` })
      fields[key] = make('select', {}, any, ...values.map((value) => make('option', { value, textContent: value })))
      fields[key].setAttribute('aria-label', `Filter by ${key}`)
    }
    fields.text = make('input', { type: 'search', placeholder: 'Name, title or reason', spellcheck: false })
    fields.text.setAttribute('aria-label', 'Filter by words')
    form.append(...Object.values(fields), make('button', { type: 'reset', textContent: 'Clear' }), shown)
    form.addEventListener('input', remember)
    form.addEventListener('reset', () => setTimeout(remember))
    form.addEventListener('submit', (event) => event.preventDefault())
    document.querySelector('#cells .scroll').before(form)
    addEventListener('hashchange', restore)
    if (location.hash.startsWith(prefix)) restore()
  }

  // Before printing, everything unfolds except the logs, which may have thousands of lines.
  let folded = []
  addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll('details:not([open], .log)')]
    for (const details of folded) details.open = true
  })
  addEventListener('afterprint', () => {
    for (const details of folded) details.open = false
  })
})()
