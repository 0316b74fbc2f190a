const isRoot = (): boolean => process.getuid?.() === 0

/**
 * The prefix of a command that needs root's rights over files: empty for root itself, else a user namespace with this
 * user's subordinate ids.
 */
export const asRoot = (): string[] => (isRoot() ? [] : ['unshare', '--map-root-user', '--map-auto', '--'])

// Ends its whole process group, itself included, on SIGTERM or SIGINT: what a build starts may not outlive it.
const guard = `trap 'kill -KILL 0' TERM INT
"$@" &
wait $!`

/**
 * The prefix that ends a command and all its processes on SIGTERM, or when this process dies, however it dies. The
 * command has to lead its process group. For root it also has its own mounts and processes, so that none of them stay;
 * for others, mmdebstrap's user namespace does that.
 */
export const tied = (): string[] => [
  ...['setpriv', '--pdeathsig', 'TERM', '--', 'sh', '-c', guard, 'dockfault'],
  ...(isRoot() ? ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'] : []),
]
