import { compareVersions } from '../../../lib/text.ts'

/** An installed kernel, with those of the needed modules that its tree contains. */
export interface TreeFact {
  kernel: string
  modules: string[]
}

/** The installed kernels, oldest first. `held` has lines `KERNEL MODULE`. */
export const readTrees = (installed: readonly string[], held: readonly string[]): TreeFact[] =>
  installed.toSorted(compareVersions).map((kernel) => ({
    kernel,
    modules: held.filter((line) => line.startsWith(`${kernel} `)).map((line) => line.slice(kernel.length + 1)),
  }))
