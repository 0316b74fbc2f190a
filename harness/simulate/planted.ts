/** Errors that a spec plants in the simulator, by name, to prove that the comparison with the kernel finds them. */
export const planted = new Set<string>()
