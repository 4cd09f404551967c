/** Packs one published instance at a time within its seconds and answers with a verified number of bins. */
import { parentPort } from 'node:worker_threads'
import { compile, improve, type PackProblem, planOf, verifyPlan } from '#server/placement/plan/index.ts'
import type { PublishedResult, PublishedTask } from './published.ts'

/** For compiling, reading the plan out, and verifying it. */
const RESERVE_MS = 50

function solve({ name, cap, items, seconds, seed }: PublishedTask): PublishedResult {
  const started = performance.now()
  const budgetMs = seconds * 1000 - RESERVE_MS
  const problem: PackProblem = {
    items: items.map((demand, i) => ({ id: String(i), demand })),
    sizes: [{ slug: 'bin', capacity: cap, price: 1 }],
    existing: [],
  }
  const instance = compile(problem)
  const needed = Math.max(...cap.map((room, k) => Math.ceil(items.reduce((sum, d) => sum + (d[k] ?? 0), 0) / room)))
  const search = improve(instance, { seed })
  let best = search.next(0).value
  for (let spent = 0; spent < 1 && best.cost > needed; ) {
    spent = (performance.now() - started) / budgetMs
    best = search.next(Math.min(1, spent)).value
  }
  const plan = planOf(instance, best)
  const wrong = verifyPlan(problem, plan)
  if (plan.unplaced.length > 0) wrong.push(`${plan.unplaced.length} items in no bin`)
  return { name, bins: plan.droplets.length, wrong }
}

parentPort?.on('message', (task: PublishedTask) => parentPort?.postMessage(solve(task)))
