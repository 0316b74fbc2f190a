/** The probe image that every host carries. */
export const probeImage = 'dockfault/busybox:1'

/**
 * The containers that probes are run from. They restart with the daemon, as a production service does.
 * Subnets of the user networks are pinned, so that addresses survive a restart.
 */
export const fleet = {
  default: { name: 'probe-default', port: 8080 },
  user: { name: 'probe-user', port: 8081 },
  peer: { name: 'probe-peer', address: '172.30.1.11' },
  other: { name: 'probe-other', address: '172.30.2.10' },
  host: { name: 'probe-host' },
} as const
