const states = ['loaded', 'builtin', 'loadable', 'missing'] as const

/** Whether the running kernel has or can load a module. `detail` is modprobe's message. */
export interface ModuleFact {
  name: string
  state: (typeof states)[number]
  detail: string
}

/** Reads lines `NAME STATE DETAIL`. Throws where a state is unknown. */
export const readModules = (lines: readonly string[]): ModuleFact[] =>
  lines.map((line) => {
    const [name = '', word = '', ...rest] = line.split(' ')
    const state = states.find((each) => each === word)
    if (!state) throw new TypeError(`not a module: ${line.slice(0, 80)}`)
    return { name, state, detail: rest.join(' ') }
  })
