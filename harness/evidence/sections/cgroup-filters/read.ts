/** A filter of a control group: `docker.service IPAddressDeny 0.0.0.0/0 ::/0`. */
export interface CgroupFilter {
  unit: string
  key: string
  value: string
}

/** Reads lines `UNIT KEY VALUE`. systemd prints `~`, all but none, for no list of interfaces. */
export const readCgroupFilters = (lines: readonly string[]): CgroupFilter[] =>
  lines.flatMap((line) => {
    const [, unit, key, value] = /^(\S+) (\S+) (.+)$/.exec(line) ?? []
    return unit && key && value && value !== '~' ? [{ unit, key, value }] : []
  })
