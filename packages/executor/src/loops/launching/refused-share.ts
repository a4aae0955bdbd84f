/**
 * How many creates are refused as too many (429), and what that has to do with how many are in flight. Only sending fewer
 * tells: a server that is asked too much refuses none then; a front that refuses a share of everything goes on doing so, and
 * to be slower would help nobody.
 */
export interface RefusedShare {
  /** Answers to creates that were sent at the present limit, and how many of them were refusals. */
  readonly asked: number
  readonly refused: number
  /** The share that is refused however few are in flight; 0 as long as nothing else is known. */
  readonly background: number
  /** How many looks ago that was found out. */
  readonly age: number
  /** Fewer are in flight, to see whether that helps. */
  readonly trial: Trial | null
}

interface Trial {
  /** The limit before it. */
  readonly from: number
  /** What was refused after a small step down; null: that is being looked at. */
  readonly share: number | null
}

/** What follows from one more answer. */
export interface ShareStep {
  readonly share: RefusedShare
  readonly limit: number
  /** The limit that has proved too high. */
  readonly ceiling?: number | null
}

/** So many answers tell one share from another. */
const SAMPLE = 20
const ALONE = 1
/** What is refused to all alike is tested again after so many looks. */
const LASTS = 64
/** Above this, more than fewer in flight is needed: most that is sent is refused. */
const MOST = 0.5

export const nothingRefused: RefusedShare = { asked: 0, refused: 0, background: 0, age: 0, trial: null }

/** @param inFlight creates that were under way when this one was sent, itself included */
export function nextRefusedShare(
  before: RefusedShare,
  isRefused: boolean,
  { limit, inFlight }: { readonly limit: number; readonly inFlight: number },
): ShareStep {
  const share = { ...before, asked: before.asked + 1, refused: before.refused + Number(isRefused) }
  const { trial } = share
  const isSample = isEnough(share, limit)
  if (trial === null) {
    const used = Math.min(limit, inFlight)
    const mayTell = share.background === 0 || isSample
    if (isRefused && used > ALONE && mayTell && isMoreThanUsual(share)) {
      return { share: afresh(share, { from: limit, share: null }), limit: Math.floor(used * 0.875), ceiling: used }
    }
    return { share: isSample ? looked(share) : share, limit }
  }
  const refusedShare = share.refused / share.asked
  if (!isSample) return { share, limit }
  const didHelp = trial.share === null ? !isMoreThanUsual(share) : refusedShare < trial.share / 2
  if (didHelp) return { share: afresh(share, null), limit }
  // One alone is not too many: whatever is refused then is refused to all.
  const shareBefore = limit <= ALONE ? refusedShare : (trial.share ?? 1)
  if (shareBefore <= MOST && refusedShare <= MOST) {
    const known = { ...share, background: Math.min(shareBefore, refusedShare), age: 0 }
    return { share: afresh(known, null), limit: trial.from, ceiling: null }
  }
  const next = Math.min(Math.ceil(limit / 2), likelyRoom(limit, refusedShare))
  return {
    share: afresh(share, { from: trial.from, share: refusedShare }),
    limit: Math.max(ALONE, next),
    ceiling: limit,
  }
}

/**
 * How many a server takes at a time that has refused this share of what was sent at the limit, if it is that which was too
 * much: each round is as many as it takes, and the rest once more (`leftEmpty` of the limit). With a fifth to spare.
 */
function likelyRoom(limit: number, share: number): number {
  return Math.floor((0.8 * limit * (1 - 2 * share)) / (1 - share))
}

/** Refusals come sooner than pods: what is told too early is told by them alone. */
function isEnough({ asked, refused }: RefusedShare, limit: number): boolean {
  return asked >= SAMPLE && (asked - refused >= limit || asked >= 3 * limit)
}

/** More than chance makes of the share that is always refused; where there is none, the first is more. */
function isMoreThanUsual({ asked, refused, background }: RefusedShare): boolean {
  const usual = background * asked
  return refused > (background === 0 ? 0 : usual + 3 * Math.sqrt(usual) + 1)
}

/** What was found out stands for a while, and is not mended by what is seen meanwhile: a server that slowly gets busy would be taken for usual. */
function looked(share: RefusedShare): RefusedShare {
  const isOver = share.age + 1 >= LASTS
  return afresh({ ...share, background: isOver ? 0 : share.background, age: isOver ? 0 : share.age + 1 }, null)
}

function afresh(share: RefusedShare, trial: Trial | null): RefusedShare {
  return { ...share, asked: 0, refused: 0, trial }
}
