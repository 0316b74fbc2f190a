/** Errors, by name, that a test plants in the simulator to prove that the comparison with the kernel finds them. */
export const planted = new Set<string>()
