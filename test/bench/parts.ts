import type { Part } from './part.ts';
import { coldStart } from './parts/cold-start.ts';
import { cost } from './parts/cost.ts';
import { memory } from './parts/memory.ts';
import { requests } from './parts/requests.ts';
import { scale } from './parts/scale.ts';
import { upload } from './parts/upload.ts';

/** All parts of the bench, in the order in which they run. */
export const PARTS: Part[] = [upload, memory, coldStart, requests, cost, scale];
