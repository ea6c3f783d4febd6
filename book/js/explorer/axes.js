/** The axes of the parallel coordinates: where a row crosses them, and what a brush on them means. */

import { rangeOf } from "../numbers.js";
import { makeScale } from "../scales.js";
import { errorOf } from "./figures.js";

const SPREAD = 0.62; // of a level's room on its axis is taken by its rows, the best on top
export const NEAR = 1e-6; // ends of brushes that are this close are one

/** An axis of levels, each with equal room; positions are shares of the axis from its foot. */
export class LevelAxis {
  constructor(column) {
    const count = column.levels.length;
    Object.assign(this, { column, count, label: column.label, step: 1 / count });
    this.ticks = column.texts.map((text, level) => ({ text, at: (this.slot(level) + 0.5) / count }));
  }

  /** Numbers rise, words read from the top; a level's slot and a slot's level are one formula. */
  slot(level) {
    return this.column.isNumber ? level : this.count - 1 - level;
  }

  position(row, rank) {
    return (this.slot(row.at[this.column.place]) + 0.5 + (rank - 0.5) * SPREAD) / this.count;
  }

  /** The brush that a filter means, as shares of the axis, or null. */
  brushOf(filters) {
    const levels = filters.levels.get(this.column.place);
    if (!levels) return null;
    const [low, high] = rangeOf([...levels].map((level) => this.slot(level)));
    return [low / this.count, (high + 1) / this.count];
  }

  brush(filters, [low, high]) {
    const isInside = (level) => {
      const slot = this.slot(level);
      return (slot + 1) / this.count > low + NEAR && slot / this.count < high - NEAR;
    };
    filters.setLevels(this.column, [...this.column.levels.keys()].filter(isInside));
  }

  clear(filters) {
    filters.levels.delete(this.column.place);
  }

  /** The brush that a click sets: the level under it. */
  clicked(at) {
    const slot = Math.min(Math.floor(at * this.count), this.count - 1);
    return [slot / this.count, (slot + 1) / this.count];
  }

  /** What stands at the lower or upper end of a brush, in words. */
  textAt(at, isLow) {
    const slot = Math.round(at * this.count) - (isLow ? 0 : 1);
    return this.column.texts[this.slot(Math.min(Math.max(slot, 0), this.count - 1))];
  }
}

/** The axis of test accuracy: even in the logarithm of the error, so that good runs come apart. */
export class AccuracyAxis {
  constructor(rows) {
    const [low, high] = rangeOf(rows.map(errorOf).filter(Number.isFinite));
    const range = Number.isFinite(low) ? [low / 1.02, Math.max(high, low * 1.01) * 1.02] : [1, 10];
    Object.assign(this, { label: "test accuracy, %", step: 0.05, scale: makeScale(range, [1, 0], true) });
    const errors = this.scale.ticks(7);
    const texts = errors.map((error) => String(Number((100 - error).toPrecision(4))));
    const decimals = Math.max(...texts.map((text) => (text.split(".")[1] ?? "").length));
    this.ticks = errors.map((error) => ({ text: (100 - error).toFixed(decimals), at: this.scale.at(error) }));
  }

  /** Null where a row has no figure: it diverged. */
  position(row) {
    return row.accuracy === null ? null : this.scale.at(errorOf(row));
  }

  brushOf(filters) {
    return filters.accuracy?.map((accuracy) => this.scale.at(100 - accuracy)) ?? null;
  }

  brush(filters, ends) {
    filters.accuracy = ends.map((end) => 100 - this.scale.valueAt(end));
  }

  clear(filters) {
    filters.accuracy = null;
  }

  clicked() {
    return null;
  }

  textAt(at) {
    return `${(100 - this.scale.valueAt(at)).toFixed(2)} %`;
  }
}
