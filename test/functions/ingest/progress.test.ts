import { describe, expect, it } from 'vitest';
import { progressReports } from '../../../functions/ingest/progress.ts';

describe('progressReports', () => {
  it('reports at most one in ten percent and one a second', () => {
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

  it('says nothing of an upload that is done at once', () => {
    const reported: number[] = [];
    progressReports(
      10,
      ({ percent }) => reported.push(percent),
      () => 0,
    )(10);
    expect(reported).toEqual([]);
  });
});
