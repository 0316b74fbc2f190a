/** Skips a spec, or a group of them in `before`, and prints why: nothing is skipped without a word. */
export function skipped(spec: Mocha.Context, reason: string): never {
  console.log(`      skipped: ${reason}`)
  return spec.skip()
}
