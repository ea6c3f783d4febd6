/** From a drawing to pixels, in the way in which the digits of the data set were made. */

// MNIST: each digit drawn to fit a box of 20 x 20 with grey edges, and placed by its centre of mass.
const MNIST_BOX = 20;
const MNIST_PEN = 2.3; // about as thick as the strokes of the data set
const FINE = 8; // drawn so many times larger, then averaged

// The small digits: bitmaps of 32 x 32, each digit sheared until it stands upright, made as high as
// the bitmap and at most 20 wide, its strokes thickened or thinned to one amount of ink; then the
// dark pixels counted in blocks of 4 x 4. Amounts measured on the set's 1,797 images.
const BITMAP = 32;
const BLOCK = 4;
const WIDEST = 20;
const INK = 313; // dark pixels of a bitmap, on average, for every digit alike
const WIDEN = 1.25; // a narrow digit stays narrow: at most so many times its own width
const PENS = [1, 13]; // thinnest and thickest, in pixels of the bitmap
const HALVINGS = 7;
const END_ROWS = 2;

/** Return the pixels of a drawing for a network of images of that side, row by row. */
export function imageOf(strokes, side, pixelMax) {
  const drawn = strokes.filter((stroke) => stroke.length);
  return side === 8 && pixelMax === BLOCK ** 2 ? toPixels(drawn) : toCentred(drawn, side, pixelMax);
}

function toCentred(strokes, side, pixelMax) {
  const box = (MNIST_BOX / 28) * side;
  const pen = (MNIST_PEN / 28) * side;
  const { left, top, width, height } = boundsOf(strokes);
  const scale = (box - pen) / Math.max(width, height, 1e-6);
  const placed = mapPoints(strokes, ([x, y]) => [(x - left) * scale + pen / 2, (y - top) * scale + pen / 2]);
  const grey = greyOf(placed, pen, side);
  const ink = grey.reduce((sum, value) => sum + value, 0) || 1;
  const centre = [0, 1].map((axis) =>
    grey.reduce((sum, value, i) => sum + value * (axis ? Math.floor(i / side) : i % side), 0) / ink);
  const [dx, dy] = centre.map((at) => side / 2 - 0.5 - at);
  return greyOf(mapPoints(placed, ([x, y]) => [x + dx, y + dy]), pen, side).map((v) => Math.round(v * pixelMax));
}

/** Draw strokes at the size of the image; return the darkness of each pixel, from 0 to 1. */
function greyOf(strokes, pen, side) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: side * FINE, height: side * FINE });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  traceStrokes(context, mapPoints(strokes, (point) => point.map((value) => value * FINE)), pen * FINE);
  const { data } = context.getImageData(0, 0, side * FINE, side * FINE);
  const grey = new Array(side * side).fill(0);
  for (let i = 3; i < data.length; i += 4) {
    const pixel = (i - 3) / 4;
    const [x, y] = [pixel % (side * FINE), Math.floor(pixel / (side * FINE))];
    grey[Math.floor(y / FINE) * side + Math.floor(x / FINE)] += data[i] / (255 * FINE * FINE);
  }
  return grey;
}

/** Return 64 numbers from 0 to 16, row by row. Strokes are [x, y] lists. */
function toPixels(drawn) {
  let [thin, thick] = PENS;
  let bitmap = null;
  for (let i = 0; i < HALVINGS; i += 1) {
    const pen = (thin + thick) / 2;
    bitmap = rasterize(fitUpright(drawn, pen), pen, BITMAP);
    if (bitmap.reduce((sum, on) => sum + on, 0) < INK) thin = pen;
    else thick = pen;
  }
  return countBlocks(bitmap);
}

function fitUpright(strokes, pen) {
  const tall = fitHeight(strokes, pen);
  const upright = shear(tall, slantOf(tall, pen));
  const { left, right, width } = boundsOf(upright);
  const scale = width > 0 ? Math.min(WIDEST - pen, width * WIDEN) / width : 1;
  const middle = (left + right) / 2;
  return mapPoints(upright, ([x, y]) => [BITMAP / 2 + (x - middle) * scale, y]);
}

/** Scale to the height of the bitmap; what is flat keeps its proportions. */
function fitHeight(strokes, pen) {
  const { left, top, bottom, width, height } = boundsOf(strokes);
  const scale = (BITMAP - pen) / Math.max(height, width / 2, 1e-6);
  const middle = (top + bottom) / 2;
  return mapPoints(strokes, ([x, y]) => [(x - left) * scale + pen, BITMAP / 2 + (y - middle) * scale]);
}

/** How far the leftmost dark pixel moves to the right from the top to the bottom, a row. */
function slantOf(strokes, pen) {
  const width = Math.min(4 * BITMAP, Math.ceil(boundsOf(strokes).right + pen));
  const bitmap = rasterize(strokes, pen, width);
  const firsts = [];
  for (let y = 0; y < BITMAP; y += 1) {
    const x = bitmap.subarray(y * width, (y + 1) * width).indexOf(1);
    if (x >= 0) firsts.push([x, y]);
  }
  if (firsts.length < 2 * END_ROWS) return 0;
  // More than one row at either end: a stroke across may be tilted by a hair.
  const [top, bottom] = [firsts.slice(0, END_ROWS), firsts.slice(-END_ROWS)];
  const leftmost = (rows) => rows.reduce((a, b) => (b[0] < a[0] ? b : a));
  const [[x1, y1], [x2, y2]] = [leftmost(top), leftmost(bottom)];
  return (x2 - x1) / (y2 - y1);
}

function shear(strokes, slant) {
  return mapPoints(strokes, ([x, y]) => [x - slant * y, y]);
}

function mapPoints(strokes, change) {
  return strokes.map((stroke) => stroke.map(change));
}

function boundsOf(strokes) {
  const all = strokes.flat();
  const [xs, ys] = [0, 1].map((axis) => all.map((point) => point[axis]));
  const [left, right] = [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))];
  const [top, bottom] = [ys.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.max(a, b))];
  return { left, right, top, bottom, width: right - left, height: bottom - top };
}

/** Return a bitmap of BITMAP rows, one number (0 or 1) a pixel. */
function rasterize(strokes, pen, width) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height: BITMAP });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  traceStrokes(context, strokes, pen);
  const { data } = context.getImageData(0, 0, width, BITMAP);
  return Uint8Array.from({ length: width * BITMAP }, (_, i) => (data[4 * i + 3] > 127 ? 1 : 0));
}

/** Draw the strokes into a canvas, with round ends. */
export function traceStrokes(context, strokes, pen) {
  Object.assign(context, { lineWidth: pen, lineCap: "round", lineJoin: "round" });
  for (const [[x, y], ...others] of strokes) {
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + 0.01, y); // a line without any length would leave no dot
    for (const point of others) context.lineTo(...point);
    context.stroke();
  }
}

function countBlocks(bitmap) {
  const side = BITMAP / BLOCK;
  const counts = new Array(side * side).fill(0);
  bitmap.forEach((on, i) => {
    const [x, y] = [i % BITMAP, Math.floor(i / BITMAP)];
    counts[Math.floor(y / BLOCK) * side + Math.floor(x / BLOCK)] += on;
  });
  return counts;
}
