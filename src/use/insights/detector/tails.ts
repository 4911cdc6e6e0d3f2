/** Upper tails of the distributions that counts are compared with. */

/** P(Y ≥ y) of a count with this mean and variance: negative binomial, or Poisson where it is not over-dispersed. */
export function countTail(y: number, mean: number, variance: number): number {
  if (y <= 0) return 1;
  if (mean <= 0) return 0;
  if (variance <= mean * 1.0001) return lowerGamma(y, mean);
  const size = (mean * mean) / (variance - mean);
  return incompleteBeta(mean / (mean + size), y, size);
}

/** P(T ≥ t) of Student's t. */
export function studentTail(t: number, freedom: number): number {
  const half = 0.5 * incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
  return t >= 0 ? half : 1 - half;
}

const LANCZOS = [
  76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 0.001208650973866179,
  -0.000005395239384953,
] as const;

export function lnGamma(x: number): number {
  let sum = 1.000000000190015;
  let at = x;
  for (const factor of LANCZOS) sum += factor / ++at;
  const base = x + 5.5;
  return (x + 0.5) * Math.log(base) - base + Math.log((2.5066282746310005 * sum) / x);
}

const MOST_STEPS = 400;
const PRECISION = 1e-10;
const TINY = 1e-300;

/** Regularised lower incomplete gamma P(a, x): the Poisson's P(Y ≥ a) with mean x. */
function lowerGamma(a: number, x: number): number {
  const front = Math.exp(a * Math.log(x) - x - lnGamma(a));
  if (x >= a + 1) return 1 - front * gammaFraction(a, x);
  let term = 1 / a;
  let sum = term;
  for (let n = a + 1, step = 0; step < MOST_STEPS && term > sum * PRECISION; n++, step++) {
    term *= x / n;
    sum += term;
  }
  return front * sum;
}

function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < MOST_STEPS; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / nonZero(an * d + b);
    c = nonZero(b + an / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < PRECISION) break;
  }
  return h;
}

/** Regularised incomplete beta I_x(a, b): continued fraction by Lentz's method. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
  return 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < MOST_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < PRECISION) break;
  }
  return h;
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
