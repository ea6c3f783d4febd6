/** A brush on one axis of the parallel coordinates: by pointer, by finger and by the keyboard. */

import { makeSvg } from "../elements.js";
import { NEAR } from "./axes.js";

const REACH = 22; // pixels to each side of an axis or an end: a target of 44
const STILL = 5; // pixels: less is a click
const STEPS = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, Home: -1e3, End: 1e3 };

export class AxisBrush {
  /** `room`: top and height of the axis in pixels; `onChange` is called after each change. */
  constructor(axis, x, room, filters, onChange) {
    Object.assign(this, { axis, x, room, filters, onChange });
    const size = { x: x - REACH, y: room.top - 6, width: 2 * REACH, height: room.height + 12 };
    this.area = makeSvg("rect", { ...size, class: "explorer-brush-area" });
    this.range = makeSvg("rect", { x: x - 9, width: 18, rx: 3, class: "explorer-brush" });
    this.handles = ["lowest", "highest"].map((name, end) => this.makeHandle(name, end));
    this.group = makeSvg("g", {}, this.area, this.range, ...this.handles);
    this.listen();
  }

  makeHandle(name, end) {
    const attributes = {
      tabindex: "0",
      role: "slider",
      class: "explorer-handle",
      "aria-orientation": "vertical",
      "aria-label": `${this.axis.label}: ${name}`,
      "aria-valuemin": "0",
      "aria-valuemax": "100",
    };
    const handle = makeSvg("g", attributes, makeSvg("rect", { x: this.x - 11, y: -4, width: 22, height: 8, rx: 3 }));
    handle.addEventListener("keydown", (event) => this.press(event, end));
    return handle;
  }

  listen() {
    this.area.addEventListener("pointerdown", (event) => this.begin(event));
    this.area.addEventListener("pointermove", (event) => this.drag && this.move(event));
    this.area.addEventListener("pointerup", () => this.drag && this.finish());
    this.area.addEventListener("pointercancel", () => (this.drag = null));
  }

  shareAt(event) {
    const box = this.area.getBoundingClientRect();
    const share = 1 - (event.clientY - box.top - 6) / (box.height - 12);
    return Math.min(Math.max(share, 0), 1);
  }

  begin(event) {
    event.preventDefault();
    this.area.setPointerCapture(event.pointerId);
    const at = this.shareAt(event);
    const ends = this.axis.brushOf(this.filters);
    const near = ends?.findIndex((end) => Math.abs(end - at) * this.room.height < STILL * 2) ?? -1;
    // By one of its ends a brush is moved on; anywhere else a new one begins.
    this.drag = { fixed: near < 0 ? at : ends[1 - near], y: event.clientY, ends, at };
  }

  move(event) {
    const { drag } = this;
    if (!drag.moved && Math.abs(event.clientY - drag.y) < STILL) return;
    drag.moved = true;
    this.set([drag.fixed, this.shareAt(event)].sort((a, b) => a - b));
  }

  finish() {
    const { moved, ends, at } = this.drag;
    this.drag = null;
    if (moved) return;
    const clicked = this.axis.clicked(at);
    const isAgain = clicked && ends && clicked.every((end, i) => Math.abs(end - ends[i]) < NEAR);
    this.set(isAgain ? null : clicked);
  }

  press(event, end) {
    const steps = STEPS[event.key];
    if (steps === undefined) return;
    event.preventDefault();
    const { step } = this.axis;
    const ends = [...(this.axis.brushOf(this.filters) ?? [0, 1])];
    const [least, most] = end ? [ends[0] + step, 1] : [0, ends[1] - step];
    ends[end] = Math.min(Math.max(ends[end] + steps * step, least), most);
    this.set(ends[0] < NEAR && ends[1] > 1 - NEAR ? null : ends);
  }

  /** Brush between two ends, or clear the brush for null. */
  set(ends) {
    if (ends) this.axis.brush(this.filters, ends);
    else this.axis.clear(this.filters);
    this.onChange();
  }

  /** Show what the filters say. */
  show() {
    const brush = this.axis.brushOf(this.filters);
    const ends = (brush ?? [0, 1]).map((end) => Math.min(Math.max(end, 0), 1));
    const [low, high] = ends.map((end) => this.room.top + (1 - end) * this.room.height);
    this.range.setAttribute("y", high);
    this.range.setAttribute("height", Math.max(low - high, 0));
    this.range.setAttribute("visibility", brush ? "visible" : "hidden");
    this.handles.forEach((handle, i) => {
      handle.setAttribute("transform", `translate(0 ${i ? high : low})`);
      handle.setAttribute("aria-valuenow", Math.round(100 * ends[i]));
      handle.setAttribute("aria-valuetext", this.axis.textAt(ends[i], i === 0));
    });
  }
}
