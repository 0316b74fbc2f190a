const isRoot = (): boolean => process.getuid?.() === 0

/**
 * The words in front of a command that make it root over files: none for root itself, else a user namespace in which
 * this user's subordinate ids are real ones.
 */
export const asRoot = (): string[] => (isRoot() ? [] : ['unshare', '--map-root-user', '--map-auto', '--'])

// Ends its whole process group, itself included, when asked to stop: what a build starts may not outlive it.
const guard = `trap 'kill -KILL 0' TERM INT
"$@" &
wait $!`

/**
 * The words in front of a command that end it and all it starts when it is asked to stop, or when this process dies by
 * whatever means. It has to lead its process group. For root, mounts and processes are the command's own as well, so
 * that nothing of them stays; elsewhere mmdebstrap's user namespace sees to that.
 */
export const tied = (): string[] => [
  ...['setpriv', '--pdeathsig', 'TERM', '--', 'sh', '-c', guard, 'dockfault'],
  ...(isRoot() ? ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'] : []),
]
