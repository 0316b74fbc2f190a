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
