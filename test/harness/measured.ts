import type { LocalPindrop } from './local-pindrop.ts';

interface EmbeddedMetrics {
  _aws: {
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit?: string }[] }[];
  };
  [name: string]: unknown;
}

export interface Measurement {
  namespace: string;
  value: number;
  unit: string | undefined;
  dimensions: Record<string, string>;
}

/**
 * The functions' metrics so far, by name, as CloudWatch would extract them from the logs.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function measuredBy({ observations }: LocalPindrop): Map<string, Measurement[]> {
  const measured = new Map<string, Measurement[]>();
  for (const observation of observations) {
    if (observation.kind !== 'function-log' || !observation.line.includes('"_aws"')) continue;
    const line = JSON.parse(observation.line) as EmbeddedMetrics;
    for (const { Namespace: namespace, Dimensions, Metrics } of line._aws.CloudWatchMetrics) {
      for (const names of Dimensions) {
        const dimensions = Object.fromEntries(names.map((name) => [name, String(line[name])]));
        for (const { Name, Unit: unit } of Metrics) {
          const measurements = [line[Name]]
            .flat()
            .map((value) => ({ namespace, value: Number(value), unit, dimensions }));
          measured.set(Name, [...(measured.get(Name) ?? []), ...measurements]);
        }
      }
    }
  }
  return measured;
}
