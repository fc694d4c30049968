/** Features by the yardstick of the visible script: whoever judges a run is granted that they know what was done visibly. */
import type { Sample } from './classify.ts';

export interface Observation {
  readonly template: number;
  readonly label: 0 | 1;
  readonly values: readonly number[];
}

const FAR = 8;

/** What is usual for each template, learnt from some observations, both kinds of runs together. */
export class Yardstick {
  readonly #usual = new Map<number, { mean: Float64Array; deviation: Float64Array }>();

  constructor(observations: readonly Observation[]) {
    for (const [template, own] of Map.groupBy(observations, (one) => one.template)) {
      const width = own[0]?.values.length ?? 0;
      const mean = Float64Array.from({ length: width }, (_, at) => own.reduce((sum, { values }) => sum + (values[at] ?? 0), 0) / own.length);
      const deviation = Float64Array.from({ length: width }, (_, at) => Math.sqrt(own.reduce((sum, { values }) => sum + ((values[at] ?? 0) - (mean[at] ?? 0)) ** 2, 0) / own.length));
      this.#usual.set(template, { mean, deviation });
    }
  }

  /** In standard deviations from what is usual; what never varied and varies now is as far away as anything gets. */
  sample({ template, label, values }: Observation): Sample {
    const usual = this.#usual.get(template);
    if (usual === undefined) throw new Error('a template that was not learnt');
    const features = Float64Array.from(values, (value, at) => {
      const off = value - (usual.mean[at] ?? 0);
      if (Math.abs(off) < 1e-9) return 0;
      return Math.max(-FAR, Math.min(FAR, off / ((usual.deviation[at] ?? 0) + 1e-9)));
    });
    return { features, label };
  }
}
