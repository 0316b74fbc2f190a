/** The probe image that every host carries. */
export const probeImage = 'dockfault/busybox:1'

/**
 * The containers in which probes run. They restart with the daemon, as a production service does. The subnets of the
 * user networks are fixed, so that addresses survive a restart.
 */
export const probeContainers = {
  default: { name: 'probe-default', port: 8080 },
  user: { name: 'probe-user', port: 8081, address: '172.30.1.10' },
  peer: { name: 'probe-peer', address: '172.30.1.11' },
  other: { name: 'probe-other', address: '172.30.2.10' },
  host: { name: 'probe-host' },
} as const

/** A container on a network with IPv6, on hosts with the decoy `ipv6-on`. */
export const ipv6Container = { name: 'probe-ipv6', port: 8086 } as const

/** A container in the network namespace of `probe-user`, on hosts with the decoy `joined-container`. */
export const joinedContainer = { name: 'probe-joined' } as const

/** The command of a container that serves one word by HTTP. */
export const serve = (word = 'container', port = 80): string =>
  `sh -c 'mkdir -p /www && echo ${word} >/www/index.html && exec httpd -f -p ${port} -h /www'`

/** The command line that starts a container of the probe image. */
export const runContainer = (name: string, options: string, command = serve()): string =>
  `docker run -d --init --restart always --name ${name} ${options} ${probeImage} ${command}`
