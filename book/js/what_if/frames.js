/** Pictures of a network in training, one an epoch: as many as a page can keep. */

const MOST_FRAMES = 100;

/** Keeps frames that are evenly spread; of too many it drops every other one. */
export class Frames {
  constructor() {
    Object.assign(this, { kept: [], latest: null, every: 1 });
  }

  take(frame) {
    this.latest = frame;
    if (frame.epoch % this.every === 0) this.kept.push(frame);
    if (this.kept.length <= MOST_FRAMES) return;
    this.every *= 2;
    this.kept = this.kept.filter(({ epoch }) => epoch % this.every === 0);
  }

  /** Return the last frame up to an epoch, or null. */
  at(epoch) {
    if (this.latest && this.latest.epoch <= epoch) return this.latest;
    return this.kept.findLast((frame) => frame.epoch <= epoch) ?? null;
  }
}
