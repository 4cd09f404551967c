/** The linear programme of the bound, kept in HiGHS between rounds so that each starts from the last one's basis. */
import loadHighs from 'highs'
import type { MakeMaster, MasterColumn } from '../placement/plan/index.ts'

/** Primal simplex: a basis stays feasible when columns are added, so each round only improves on it. */
const PRIMAL_SIMPLEX = 4

export interface Solver {
  makeMaster: MakeMaster
  /** Every model made; HiGHS holds them outside the garbage collector's reach. */
  close(): void
}

/** HiGHS could not end a linear programme: floating point has its limits. */
export class SolverStuck extends Error {
  constructor(modelStatus: number) {
    super(`the linear programme ended as ${modelStatus}`)
  }
}

export async function loadSolver(): Promise<Solver> {
  const highs = await loadHighs()
  const open: { dispose(): void }[] = []
  const { optimal, empty } = highs.constants.modelStatus
  const makeMaster: MakeMaster = (needs) => {
    const model = highs.createModel()
    open.push(model)
    model.options.set({ output_flag: false, presolve: 'off', simplex_strategy: PRIMAL_SIMPLEX })
    for (const need of needs) model.addRow(need, highs.infinity, { indices: [], values: [] })
    return {
      add: (columns) => model.addCols(sparse(columns, needs.length, highs.infinity)),
      solve() {
        let { modelStatus } = model.run()
        if (modelStatus !== optimal && modelStatus !== empty) {
          // The last round's basis can lead nowhere in floating point: once more from none.
          model.clearSolver()
          modelStatus = model.run().modelStatus
        }
        // Nothing is needed or nothing is offered: then nothing is worth anything.
        if (modelStatus === empty) return { objective: 0, duals: new Float64Array(needs.length) }
        if (modelStatus !== optimal) throw new SolverStuck(modelStatus)
        return { objective: model.getObjectiveValue(), duals: model.getSolution().rowDual }
      },
    }
  }
  return {
    makeMaster,
    close: () => {
      for (const model of open.splice(0)) model.dispose()
    },
  }
}

function sparse(columns: MasterColumn[], numRows: number, infinity: number) {
  const starts = new Int32Array(columns.length + 1)
  for (const [at, { rows }] of columns.entries()) starts[at + 1] = (starts[at] ?? 0) + rows.length
  return {
    cost: Float64Array.from(columns, ({ cost }) => cost),
    lower: new Float64Array(columns.length),
    upper: new Float64Array(columns.length).fill(infinity),
    matrix: {
      format: 'csc' as const,
      numRows,
      numCols: columns.length,
      starts,
      indices: Int32Array.from(columns.flatMap(({ rows }) => rows)),
      values: Float64Array.from(columns.flatMap(({ coefficients }) => coefficients)),
    },
  }
}
