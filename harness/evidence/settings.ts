const shown = {
  'net/ipv4/ip_forward': 'net.ipv4.ip_forward',
  'net/ipv4/conf/all/rp_filter': 'net.ipv4.conf.all.rp_filter',
  'net/bridge/bridge-nf-call-iptables': 'net.bridge.bridge-nf-call-iptables',
  'net/ipv6/conf/all/disable_ipv6': 'net.ipv6.conf.all.disable_ipv6',
}

/** A few settings by path; `absent` where the kernel does not have one. Empty where no setting is known. */
export const settingsOf = (sysctls: Readonly<Record<string, string>>): Record<string, string> =>
  Object.keys(sysctls).length === 0
    ? {}
    : Object.fromEntries(Object.entries(shown).map(([path, name]) => [path, sysctls[name] ?? 'absent']))

/** These settings by sysctl name. The first version of the collector had no others. */
export const sysctlsOf = (settings: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== 'absent')
      .map(([path, value]) => [path.replaceAll('/', '.'), value]),
  )
