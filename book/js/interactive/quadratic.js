/** Momentum on a quadratic loss, as `mlp_book.quadratic` computes it: paths, losses, shrink factors. */

/** Return the path of so many updates; `start` and each point have one place per curvature. */
export function descendValley(curvatures, start, { rate, momentum = 0, updates }) {
  const path = [start];
  let step = start.map(() => 0);
  for (let i = 0; i < updates; i += 1) {
    const place = path.at(-1);
    step = step.map((before, k) => momentum * before - rate * (curvatures[k] * place[k]));
    path.push(place.map((value, k) => value + step[k]));
  }
  return path;
}

/** Return the loss at each point of a path. */
export function lossesAlong(path, curvatures) {
  return path.map((place) => place.reduce((sum, value, k) => sum + curvatures[k] * value ** 2, 0) / 2);
}

/** Return the factor by which an update shrinks a direction in the long run: the spectral radius. */
export function shrinkFactor(rateTimesCurvature, momentum) {
  const trace = 1 + momentum - rateTimesCurvature;
  const square = trace ** 2 / 4 - momentum; // of half the distance between the eigenvalues
  return square < 0 ? Math.sqrt(momentum) : Math.abs(trace / 2) + Math.sqrt(square);
}

/** Return in a word what an update does to a direction. */
export function motionOf(rateTimesCurvature, momentum) {
  if (rateTimesCurvature > 2 * (1 + momentum)) return "diverges";
  const trace = 1 + momentum - rateTimesCurvature;
  if (trace ** 2 / 4 < momentum) return "swings";
  return trace < 0 ? "leaps from side to side" : "creeps";
}
