// The page reads without this; it only adds comfort.
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

  // The square under the pointer or the keyboard tells what it saw in a line below the grid; arrows walk the grid.
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }
  for (const grid of document.querySelectorAll('table.grid')) {
    const readout = grid.closest('.part').querySelector('.readout')
    const hint = 'Point at a square, or walk the grid with the arrow keys, to read what was seen.'
    readout.textContent = hint
    const start = grid.querySelector('a.sq')
    if (start) start.tabIndex = 0
    const tell = ({ target }) => {
      const square = target.closest('a.sq')
      // The browser's own tooltip would lie over the grid. Taken one by one: a long report has tens of thousands.
      if (square?.title) {
        square.dataset.seen = square.title
        square.removeAttribute('title')
      }
      readout.textContent = square ? square.dataset.seen : hint
    }
    grid.addEventListener('pointerover', tell)
    grid.addEventListener('focusin', tell)
    grid.addEventListener('pointerleave', () => {
      readout.textContent = hint
    })
    grid.addEventListener('keydown', (event) => {
      const square = event.target.closest('a.sq')
      const by = step[event.key]
      if (!square || !by) return
      event.preventDefault()
      const td = square.parentElement
      const row = grid.tBodies[0].rows[td.parentElement.sectionRowIndex + by[0]]
      const next = row?.cells[td.cellIndex + by[1]]?.querySelector('a.sq')
      if (!next) return
      square.tabIndex = -1
      next.tabIndex = 0
      next.focus()
    })
  }

  // Paper cannot unfold.
  let folded = []
  addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll('details:not([open])')]
    for (const details of folded) details.open = true
  })
  addEventListener('afterprint', () => {
    for (const details of folded) details.open = false
  })
})()
