/** Settings by their sysctl names, as `net.ipv4.conf.docker0.rp_filter`, from lines like `/proc/sys/net/…:1`. */
export function readSysctls(text: string): Record<string, string> {
  const settings: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const [, path, value] = line.match(/^\/proc\/sys\/([^:]+):(.*)$/) ?? []
    if (path) settings[path.replaceAll('/', '.')] = value!.trim()
    else if (line.trim() !== '') throw new TypeError(`this is no setting: ${line.slice(0, 80)}`)
  }
  return settings
}
