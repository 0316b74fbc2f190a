/**
 * The words in front of a command that make it root over files: none for root itself, else a user namespace in which
 * this user's subordinate ids are real ones.
 */
export const asRoot = (): string[] =>
  process.getuid?.() === 0 ? [] : ['unshare', '--map-root-user', '--map-auto', '--']

/** The words in front of a command that end it, in order, when this process dies by whatever means. */
export const tied = ['setpriv', '--pdeathsig', 'TERM', '--']
