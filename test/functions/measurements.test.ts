import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { Measurements } from '../../functions/measurements.ts';
import { METRIC } from '../../shared/upload/metrics.ts';

interface Written {
  _aws: { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[] };
  account?: string;
  [metric: string]: unknown;
}

/** Ends an invocation, and returns the lines that it writes to the log. */
async function linesAfter(measurements: Measurements, work: () => void): Promise<Written[]> {
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await middy(async () => work()).use(measurements.written())({}, {} as Context);
  } catch (error) {
    if (error !== BROKEN) throw error;
  }
  const lines = stdout.mock.calls.map(([line]) => JSON.parse(String(line)));
  stdout.mockRestore();
  return lines;
}

const BROKEN = new Error('broken');

describe('Measurements', () => {
  it('have the dimension service alone without accounts', async () => {
    const measurements = new Measurements('Pindrop');
    const [written] = await linesAfter(measurements, () => measurements.of(undefined).measure(METRIC.dropped));
    expect(written?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['service']]);
  });

  it('count once for the deployment and once for the account, in each invocation', async () => {
    const measurements = new Measurements('Pindrop', ['brand-a', 'brand-b']);
    for (let invocation = 0; invocation < 2; invocation++) {
      const written = await linesAfter(measurements, () => {
        measurements.of('brand-b').measure(METRIC.rateLimited);
        measurements.of('brand-b').measure(METRIC.quotaLeft, 7);
        measurements.measure(METRIC.ignored);
      });
      expect(written.map(({ _aws, ...rest }) => [_aws.CloudWatchMetrics[0]?.Dimensions, rest])).toEqual([
        [[['service']], { service: 'Pindrop', FilesIgnored: 1 }],
        [
          [['service'], ['service', 'account']],
          { service: 'Pindrop', account: 'brand-b', RateLimited: 1, QuotaLeft: 7 },
        ],
      ]);
    }
  });

  it('are written when the invocation fails, and then not again', async () => {
    const measurements = new Measurements('Pindrop', ['brand-a']);
    const lines = await linesAfter(measurements, () => {
      measurements.of('brand-a').measure(METRIC.ownFaults);
      throw BROKEN;
    });
    expect(lines).toMatchObject([{ account: 'brand-a', OwnFaults: 1 }]);
    expect(await linesAfter(measurements, () => {})).toEqual([]);
  });

  it('count for the deployment when the account is unknown', () => {
    const measurements = new Measurements('Pindrop', ['brand-a']);
    expect(measurements.of('brand-c')).toBe(measurements);
  });
});
