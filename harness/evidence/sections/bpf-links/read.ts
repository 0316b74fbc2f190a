/** A BPF program on a hook of netfilter. */
export interface NetfilterProgram {
  family: 4 | 6
  /** As netfilter numbers them: 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting. */
  hook: number
  priority: number
}

const families: Record<string, 4 | 6> = { 2: 4, 10: 6 }

/** Reads lines `netfilter FAMILY HOOK PRIORITY`, with the numbers of linux/socket.h and linux/netfilter.h. */
export const readBpfLinks = (lines: readonly string[]): NetfilterProgram[] =>
  lines.flatMap((line) => {
    const [, family = '', hook, priority] = /^netfilter (\d+) (\d+) (-?\d+)$/.exec(line) ?? []
    return families[family] ? [{ family: families[family], hook: Number(hook), priority: Number(priority) }] : []
  })
