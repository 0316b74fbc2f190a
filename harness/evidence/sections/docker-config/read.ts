/** The file that dockerd reads, and its settings. */
export interface DockerConfigFact {
  configFile: string
  config: Record<string, unknown>
}

/** Reads `file PATH`, then its text if it exists. Throws where that is no JSON object. dockerd would refuse it too. */
export function readDockerConfig(text: string): DockerConfigFact {
  const [, file, rest] = text.match(/^file (\S+)\n?([\s\S]*)$/) ?? []
  const json = (rest ?? text).trim()
  const config: unknown = json === '' ? {} : JSON.parse(json)
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw new TypeError('not a JSON object')
  return { configFile: file ?? '/etc/docker/daemon.json', config: config as Record<string, unknown> }
}
