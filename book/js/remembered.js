/** What a page remembers under a name; where storage is refused, as long as the page is open. */

export class Remembered {
  constructor(area, name) {
    Object.assign(this, { area, name, here: null });
  }

  get value() {
    try {
      return window[this.area].getItem(this.name) ?? this.here;
    } catch {
      return this.here;
    }
  }

  set value(value) {
    this.here = value;
    try {
      if (value === null) window[this.area].removeItem(this.name);
      else window[this.area].setItem(this.name, value);
    } catch {
      // it is kept here
    }
  }
}
