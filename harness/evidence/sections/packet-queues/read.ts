/** Reads the numbers of the queues that a program reads. Source: linux/net/netfilter/nfnetlink_queue.c, seq_show. */
export const readPacketQueues = (lines: readonly string[]): number[] =>
  lines.map((line) => {
    const [, queue] = /^ *(\d+) +\d+ +\d+ /.exec(line) ?? []
    if (queue === undefined) throw new Error(`no queue: ${line.slice(0, 80)}`)
    return Number(queue)
  })
