import { describe, expect, it } from 'vitest';
import { progressReports } from '../../../functions/ingest/progress.ts';

describe('progressReports', () => {
  it('reports at most once per ten percent and once per second', () => {
    let time = 0;
    const reported: number[] = [];
    const onProgress = progressReports(
      1000,
      ({ percent }) => reported.push(percent),
      () => time,
    );
    for (let sent = 1; sent <= 1000; sent++) {
      time += 30;
      onProgress(sent);
    }
    expect(reported.length).toBeGreaterThan(5);
    expect(reported.length).toBeLessThanOrEqual(10);
    expect(reported).toEqual([...reported].sort((a, b) => a - b));
  });

  it('reports nothing for an upload that finishes at once', () => {
    const reported: number[] = [];
    progressReports(
      10,
      ({ percent }) => reported.push(percent),
      () => 0,
    )(10);
    expect(reported).toEqual([]);
  });
});
