/** Arithmetic on rows of flat matrices: row `i` of a matrix `d` wide starts at `i * d`. Kept tiny so that it inlines. */
type Matrix = Float64Array

/** Does row `l` of the loads fit row `c` of the capacities? */
export function fits(capacity: Matrix, c: number, load: Matrix, l: number, d: number): boolean {
  for (let k = 0; k < d; k++) if ((load[l * d + k] ?? 0) > (capacity[c * d + k] ?? 0)) return false
  return true
}

/** Does row `i` of the demands still fit beside row `l` of the loads? */
export function fitsBeside(
  capacity: Matrix,
  c: number,
  load: Matrix,
  l: number,
  demand: Matrix,
  i: number,
  d: number,
): boolean {
  for (let k = 0; k < d; k++)
    if ((load[l * d + k] ?? 0) + (demand[i * d + k] ?? 0) > (capacity[c * d + k] ?? 0)) return false
  return true
}

export function add(target: Matrix, t: number, source: Matrix, s: number, d: number): void {
  for (let k = 0; k < d; k++) target[t * d + k] = (target[t * d + k] ?? 0) + (source[s * d + k] ?? 0)
}

export function subtract(target: Matrix, t: number, source: Matrix, s: number, d: number): void {
  for (let k = 0; k < d; k++) target[t * d + k] = (target[t * d + k] ?? 0) - (source[s * d + k] ?? 0)
}

/** Row `i` weighed by `weights`. */
export function dot(weights: Matrix, matrix: Matrix, i: number, d: number): number {
  let sum = 0
  for (let k = 0; k < d; k++) sum += (weights[k] ?? 0) * (matrix[i * d + k] ?? 0)
  return sum
}

/** The sum of all rows. */
export function totals(matrix: Matrix, d: number): Float64Array {
  const sum = new Float64Array(d)
  for (let i = 0; i * d < matrix.length; i++) add(sum, 0, matrix, i, d)
  return sum
}
