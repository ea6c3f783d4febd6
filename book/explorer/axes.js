/** The axes of the parallel coordinates: where a row crosses them, and what a brush on them means. */

import { makeScale, rangeOf } from "./svg.js";

const SPREAD = 0.62; // of a level's room on its axis is taken by its rows, the best on top

/** An axis of levels, each with equal room; positions are shares of the axis from its foot. */
export class LevelAxis {
  constructor(column) {
    const count = column.levels.length;
    Object.assign(this, { column, count, label: column.label, step: 1 / count });
    // Numbers rise, words read from the top.
    this.slot = (level) => (column.isNumber ? level : count - 1 - level);
    this.ticks = column.texts.map((text, level) => ({ text, at: (this.slot(level) + 0.5) / count }));
  }

  position(row, rank) {
    return (this.slot(row.at[this.column.place]) + 0.5 + (rank - 0.5) * SPREAD) / this.count;
  }

  /** The brush that a filter means, as shares of the axis, or null. */
  brushOf(filters) {
    const levels = filters.levels.get(this.column.place);
    if (!levels) return null;
    const slots = [...levels].map(this.slot);
    return [Math.min(...slots) / this.count, (Math.max(...slots) + 1) / this.count];
  }

  brush(filters, [low, high]) {
    const { column, count } = this;
    const inside = (level) => (this.slot(level) + 1) / count > low + 1e-6 && this.slot(level) / count < high - 1e-6;
    filters.setLevels(column, column.levels.map((_, level) => level).filter(inside));
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
    const slot = Math.min(Math.max(Math.round(at * this.count) - (isLow ? 0 : 1), 0), this.count - 1);
    const level = this.column.levels.findIndex((_, one) => this.slot(one) === slot);
    return this.column.texts[level];
  }
}

/** The axis of test accuracy: even in the logarithm of the error, so that good runs come apart. */
export class AccuracyAxis {
  constructor(rows) {
    const errors = rows.filter((row) => row.accuracy !== null).map((row) => Math.max(100 - row.accuracy, 0.01));
    const [low, high] = errors.length ? rangeOf(errors) : [1, 10];
    Object.assign(this, { label: "test accuracy, %", step: 0.05, highest: high });
    this.scale = makeScale([low / 1.02, Math.max(high, low * 1.01) * 1.02], [1, 0], true);
    this.ticks = this.scale.ticks(7).map((error) => ({ text: String(Number((100 - error).toPrecision(4))), at: this.scale.at(error) }));
  }

  /** Null where a row has no figure: it diverged. */
  position(row) {
    return row.accuracy === null ? null : this.scale.at(Math.max(100 - row.accuracy, 0.01));
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
