/** The default endpoint of Docker's clients. */
const standard = ['unix:///var/run/docker.sock', 'unix:///run/docker.sock']

/** Where the docker client looks for dockerd; empty for the default endpoint. */
export interface DockerEndpointFact {
  endpoint: string
  /** What the client says where nobody answers there; empty where somebody does. */
  endpointError: string
}

/** Lines `DOCKER_HOST ENDPOINT`, `context-host ENDPOINT`, `error TEXT`: the first names it, if it is there. */
export function readDockerEndpoint(text: string): DockerEndpointFact {
  const word = (name: string): string => text.match(new RegExp(`^${name} (.+)$`, 'm'))?.[1] ?? ''
  const named = word('DOCKER_HOST') || word('context-host')
  const endpoint = standard.includes(named) ? '' : named
  return { endpoint, endpointError: endpoint && word('error') }
}
