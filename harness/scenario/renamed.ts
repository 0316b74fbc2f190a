// Scenarios used to be named after the injection. Now they have the name of the cause, as `diagnose` names it.
const scenarios: readonly (readonly [old: string, now: string])[] = [
  ['ip-masq-false-iptables-false', 'iptables-off'],
  ['ip-masq-false', 'masquerade-off'],
  ['restart-iptables', 'rules-flushed'],
  ['iptables-1.8.11', 'iptables-check-broken'],
  ['two-at-once-masq-flush', 'two-at-once-masquerade-off-and-rules-flushed'],
  ['two-at-once-masq-check', 'two-at-once-masquerade-off-and-iptables-check-broken'],
  ['two-at-once-masq-zone', 'two-at-once-masquerade-off-and-firewalld-zone'],
  ['two-at-once-masq-kernel', 'two-at-once-masquerade-off-and-stale-kernel'],
  ['two-at-once-check-flush', 'two-at-once-iptables-check-broken-and-rules-flushed'],
  ['two-at-once-check-zone', 'two-at-once-iptables-check-broken-and-firewalld-zone'],
  ['two-at-once-check-kernel', 'two-at-once-iptables-check-broken-and-stale-kernel'],
  ['two-at-once-flush-zone', 'two-at-once-rules-flushed-and-firewalld-zone'],
]

// Compiled once: a history has thousands of names.
const patterns = scenarios.map(
  ([old, now]) => [new RegExp(`(?<=^|[-!])${old.replaceAll('.', '\\.')}(?![^-#*?])`), now] as const,
)

/** The present name of a scenario, a cell or a pattern of cells; unchanged where it was never renamed. */
export function currentName(name: string): string {
  const found = patterns.find(([old]) => old.test(name))
  return found ? name.replace(...found) : name
}
