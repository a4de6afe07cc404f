// Message-IDs come in no order, and an index on them alone would dirty a page for each message. Their index begins with the number of a
// run of messages, so that insertions stay together.

/** Messages of one run share a stretch of the Message-ID index. */
const MESSAGE_ID_RUN = 256

/** Numbers of runs increase, also over restarts as long as the clock does; two runs of one number would only be one longer run. */
export function messageIdRuns(): (receivedAt: number) => number {
  let run = 0
  let length = MESSAGE_ID_RUN
  return (receivedAt) => {
    length += 1
    if (length > MESSAGE_ID_RUN) {
      run = Math.max(run + 1, receivedAt)
      length = 1
    }
    return run
  }
}
