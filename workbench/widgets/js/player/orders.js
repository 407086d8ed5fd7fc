// @ts-check
/** What to order from the kernel next: small chunks, enough of them to cover the way there and back. */

/** Seconds of film in one order. */
const CHUNK_SECONDS = 0.15;
/** Seconds of film kept ordered ahead, beside twice the shortest round trip seen. */
const AHEAD_SECONDS = 0.3;
/** Bytes a second that a connection to a kernel carries without falling behind. */
const BYTES_PER_SECOND = 4e6;
/** Bytes of one resting picture. */
const PICTURE_BYTES = 4e6;
/** Resting, the frames about the present one are fetched too, so that a step shows at once. */
const NEIGHBOURS = [-2, -1, 1, 2, 3, 4];

/**
 * Pictures in one order.
 * @param {number} pictures pictures a second
 */
export function chunkOf(pictures) {
  return Math.min(64, Math.max(2, Math.ceil(pictures * CHUNK_SECONDS)));
}

/**
 * Pictures to have here or under way. The *shortest* round trip counts: a longer one is our own queue, and ordering
 * more because of it would lengthen it.
 * @param {number} pictures pictures a second
 * @param {number} roundTrip seconds
 */
export function horizonOf(pictures, roundTrip) {
  return Math.min(480, Math.ceil(pictures * (2 * roundTrip + AHEAD_SECONDS)) + chunkOf(pictures));
}

/**
 * The factor by which pictures are averaged down while they play.
 * @param {number} bytes of one full picture
 * @param {number} pictures pictures a second
 */
export function playingShrink(bytes, pictures) {
  return shrinkTo(bytes, BYTES_PER_SECOND / pictures);
}

/** @param {number} bytes of one full picture */
export function restingShrink(bytes) {
  return shrinkTo(bytes, PICTURE_BYTES);
}

/**
 * @param {number} bytes
 * @param {number} target
 */
function shrinkTo(bytes, target) {
  return Math.min(64, Math.max(1, Math.ceil(Math.sqrt(bytes / target) - 1e-9)));
}

/**
 * The frames that playing needs next, from the present one on.
 * @param {number} frame
 * @param {number} count
 * @param {{first: number, length: number | null, step: number, loop: boolean}} film
 */
export function framesAhead(frame, count, { first, length, step, loop }) {
  /** @type {Set<number>} */
  const frames = new Set();
  for (let at = frame; frames.size < count; at += step) {
    if (length !== null && at >= length) {
      if (!loop) break;
      at = first;
    }
    if (frames.has(at)) break;
    frames.add(at);
  }
  return [...frames];
}

/**
 * The frames that resting needs: the present one, then its neighbours.
 * @param {number} frame
 * @param {{first: number, length: number | null}} film
 */
export function framesAbout(frame, { first, length }) {
  const near = [0, ...NEIGHBOURS].map((offset) => frame + offset);
  return near.filter((at) => at >= first && (length === null || at < length));
}

/**
 * The next order: the first run of missing frames, at most a chunk of them. A short run at the far end waits until
 * it is a whole chunk; one that stands before frames that are here, or at the end of the film, is ordered as it is.
 * @param {number[]} frames wanted, in order
 * @param {(frame: number) => boolean} missing
 * @param {number} step
 * @param {number} chunk
 * @returns {{start: number, count: number} | null}
 */
export function nextOrder(frames, missing, step, chunk) {
  const from = frames.findIndex(missing);
  if (from < 0) return null;
  let count = 1;
  while (count < chunk && from + count < frames.length) {
    const frame = frames[from + count];
    if (frame !== frames[from] + count * step || !missing(frame)) break;
    count += 1;
  }
  const far = from + count === frames.length && from >= chunk;
  return count < chunk && far ? null : { start: frames[from], count };
}
