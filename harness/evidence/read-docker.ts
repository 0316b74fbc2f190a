import type { Facts } from './facts.ts'
import { lines, type SectionReader } from './section-reader.ts'
import { readDockerConfig } from './sections/docker-config/read.ts'
import { readContainers } from './sections/docker-containers/read.ts'
import { readDockerEndpoint } from './sections/docker-endpoint/read.ts'
import { readDockerInstall } from './sections/docker-install/read.ts'
import { bridgeNetworks, readAllNetworks } from './sections/docker-networks/read.ts'

/** Reads the facts of a bundle that are about Docker. */
export function readDocker(sections: SectionReader): Facts['docker'] {
  const install = sections.take('docker-install', (s) => readDockerInstall(s.text), { binaries: [], processes: [] })
  const server = sections.take('docker-server', (s) => lines(s)[0] ?? '', '')
  const networks = sections.take('docker-networks', (s) => readAllNetworks(s.text), [])
  const containers = sections.take('docker-containers', (s) => readContainers(s.text), { running: [], stopped: [] })
  return {
    server,
    answers: server !== '',
    ...sections.take('docker-endpoint', (s) => readDockerEndpoint(s.text), { endpoint: '', endpointError: '' }),
    ...install,
    command: sections.older('docker-command', lines) ?? install.processes[0]?.command ?? [],
    ...sections.take('docker-config', (s) => readDockerConfig(s.text), { configFile: '', config: {} }),
    journal: sections.take('docker-journal', lines, []),
    networks: bridgeNetworks(networks),
    allNetworks: networks,
    containers: containers.running,
    stopped: containers.stopped,
  }
}
