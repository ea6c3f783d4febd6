/** The runs of several studies as one: every config field that differs is a column. */

import { StoredRuns, isSize } from "./study.js";

const SEED = "seed";
const STUDY = "study"; // the column that is no field
const SHARED = "Several studies";

export class AllRuns extends StoredRuns {
  /** `parts` are the studies as their scripts hold them, `defaults` a config's. */
  constructor(parts, defaults) {
    super(mergeStudies(parts.map((part) => new StoredRuns(part)), defaults));
    this.defaults = defaults;
  }

  keptOf(index) {
    return this.data.kept[index];
  }

  fieldsOf(run) {
    const isOwn = ([name, value]) => !this.isUsual(name, value);
    return Object.fromEntries(Object.entries(super.fieldsOf(run)).filter(isOwn));
  }

  isUsual(name, value) {
    return name !== STUDY && JSON.stringify(value) === JSON.stringify(this.defaults[name]);
  }

  describe(row, columns = this.columns) {
    return super.describe(row, columns.filter(({ name, place, levels }) => !this.isUsual(name, levels[row.at[place]])));
  }
}

/** Return the data of one study that holds each stored run once, and says which study's it is. */
function mergeStudies(studies, defaults) {
  const owners = new Map();
  const found = studies.flatMap((study) => study.runs.map((run) => ({ study, run })));
  found.forEach(({ study, run }) => owners.set(run.id, [...(owners.get(run.id) ?? []), study.data.label]));
  const isFirst = ({ study, run }) => owners.get(run.id)[0] === study.data.label;
  const all = found.filter(isFirst).map(({ study, run }) => ({ study, run, config: { ...defaults, ...study.fieldsOf(run) } }));
  const names = Object.keys(defaults).filter((name) => name !== SEED);
  const columns = names.map((name) => columnOfLevels(name, all.map(({ config }) => config[name]), true));
  const whoseIs = ([name, ...others]) => (others.length ? SHARED : name);
  const whose = columnOfLevels(STUDY, all.map(({ run }) => whoseIs(owners.get(run.id))), false);
  const [varied, same] = [columns.filter(({ levels }) => levels.length > 1), columns.filter(({ levels }) => levels.length === 1)];
  const of = (name) => all.map(({ study, run }) => study.data[name][run.index]);
  const each = (name, columnNames) => Object.fromEntries(columnNames.map((one) => [one, all.map(({ study, run }) => study.data[name][one][run.index])]));
  const { final, curves } = studies[0].data;
  return {
    columns: whose.levels.length > 1 ? [whose, ...varied] : varied,
    fields: [],
    shared: Object.fromEntries(same.map(({ name, levels }) => [name, levels[0]])),
    ...Object.fromEntries(["ids", "seeds", "status", "epochs", "updates", "diverged", "seconds"].map((name) => [name, of(name)])),
    kept: all.map(({ run }) => run.kept),
    final: each("final", Object.keys(final)),
    curves: each("curves", Object.keys(curves)),
  };
}

/** Return values as a column: each level once, from small to large if they have a size, and each run's place. */
function columnOfLevels(name, values, isField) {
  const keys = values.map((value) => JSON.stringify(value));
  const levels = [...new Map(values.map((value, i) => [keys[i], value])).values()];
  if (levels.every(isSize)) levels.sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
  else if (levels.every(Array.isArray)) levels.sort((a, b) => a.length - b.length || a[0] - b[0]);
  const places = new Map(levels.map((level, place) => [JSON.stringify(level), place]));
  return { name, levels, at: keys.map((key) => places.get(key)), is_field: isField };
}
