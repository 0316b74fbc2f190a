import { dictionary } from '../../../lib/own.ts'

/** Reads settings from lines like `/proc/sys/net/…:1`, by sysctl name: `net.ipv4.conf.docker0.rp_filter`. */
export function readSysctls(text: string): Record<string, string> {
  const settings = dictionary<string>()
  for (const line of text.split('\n')) {
    const [, path, value] = line.match(/^\/proc\/sys\/([^:]+):(.*)$/) ?? []
    if (path) settings[path.replaceAll('/', '.')] = value!.trim()
    else if (line.trim() !== '') throw new TypeError(`not a setting: ${line.slice(0, 80)}`)
  }
  return settings
}
