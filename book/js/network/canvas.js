/** Canvases as sharp as the screen. */

/** Give a canvas a size in CSS pixels; return its context, cleared, in the colour of the text. */
export function sharpCanvas(canvas, width, height) {
  const ratio = globalThis.devicePixelRatio || 1;
  const [wide, tall] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = canvas.getContext("2d");
  if (canvas.width !== wide || canvas.height !== tall) {
    Object.assign(canvas, { width: wide, height: tall });
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const { color } = getComputedStyle(canvas);
  Object.assign(context, { strokeStyle: color, fillStyle: color, globalAlpha: 1 });
  return context;
}

/** Draw an image of pixels from 0 to 1 into a small canvas, dark on the ground of the page. */
export function drawPixels(canvas, pixels, side) {
  if (canvas.width !== side) Object.assign(canvas, { width: side, height: side });
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, side, side);
  context.fillStyle = getComputedStyle(canvas).color;
  pixels.forEach((value, i) => {
    if (!value) return;
    context.globalAlpha = value;
    context.fillRect(i % side, Math.floor(i / side), 1, 1);
  });
}
