/** The default endpoint of Docker's clients. */
const standard = ['unix:///var/run/docker.sock', 'unix:///run/docker.sock']

/** The endpoint that the docker client uses; empty for the default one. */
export interface DockerEndpointFact {
  endpoint: string
  /** The client's error where nothing answers there; empty where something does. */
  endpointError: string
}

/** Reads the lines `DOCKER_HOST ENDPOINT`, `context-host ENDPOINT` and `error TEXT`. The first outranks the second. */
export function readDockerEndpoint(text: string): DockerEndpointFact {
  const word = (name: string): string => text.match(new RegExp(`^${name} (.+)$`, 'm'))?.[1] ?? ''
  const named = word('DOCKER_HOST') || word('context-host')
  const endpoint = standard.includes(named) ? '' : named
  return { endpoint, endpointError: endpoint && word('error') }
}
