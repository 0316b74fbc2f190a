const states = ['loaded', 'builtin', 'loadable', 'missing'] as const

/** What the running kernel would do for one module; `detail` is modprobe's own words. */
export interface ModuleFact {
  name: string
  state: (typeof states)[number]
  detail: string
}

/** Lines `NAME STATE DETAIL`. Throws where a state is none. */
export const readModules = (lines: readonly string[]): ModuleFact[] =>
  lines.map((line) => {
    const [name = '', word = '', ...rest] = line.split(' ')
    const state = states.find((each) => each === word)
    if (!state) throw new TypeError(`this is no module: ${line.slice(0, 80)}`)
    return { name, state, detail: rest.join(' ') }
  })
